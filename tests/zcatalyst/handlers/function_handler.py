from zcatalyst_cliq import function_handler as function


@function.button_function_handler
def pressed(request, response, *_):
    if request.name == "refer":
        return refer(response)
    token, key = request.arguments.input, request.arguments.key
    return response.new_banner(
        f"{request.target.name} {key}: a token of {len(token)} characters for {request.user.email}"
    )


def refer(response):
    button = response.new_button()
    button.label = "Again"
    button.action = button.new_action_object()
    button.action.type = "invoke.function"
    button.action.data = button.action.new_action_data_obj()
    button.action.data.name = "refer"
    response.text = "Once more? [Again]($1)"
    response.references = {1: response.new_button_for_reference(button)}
    return response
