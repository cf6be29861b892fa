from keypost.gallery.samples import FOLDER, read


def test_every_file_of_a_sample_is_in_the_index() -> None:
    listed = {
        f"{group.name}/{sample.name.removeprefix(f'{group.name}-')}.json"
        for group in read()
        for sample in group.samples
    }

    assert listed == {str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.json")}
