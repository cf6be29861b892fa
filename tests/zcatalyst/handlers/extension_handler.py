from zcatalyst_cliq import extension_handler as extension


@extension.validate_installation
def validate(request, response, *_):
    if not request.user.admin:
        response.status = 400
        response.title = "Not now"
        response.add_notes("Ask an admin.")
    return response
