from gitlab_hooks.under_way import UnderWay


def test_whoever_registers_a_token_learns_that_it_is_over() -> None:
    under_way = UnderWay()

    with (
        under_way.registering("tok_1") as first,
        under_way.registering("tok_1") as second,
        under_way.registering("tok_2") as other,
    ):
        under_way.over({"tok_1", "tok_3"})

    assert (first.is_set(), second.is_set(), other.is_set()) == (True, True, False)


def test_a_token_that_nobody_registers_is_forgotten() -> None:
    under_way = UnderWay()
    with under_way.registering("tok_1"):
        pass

    under_way.over({"tok_1"})

    with under_way.registering("tok_1") as end:
        assert not end.is_set()
