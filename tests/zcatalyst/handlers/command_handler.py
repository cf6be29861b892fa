from zcatalyst_cliq import command_handler as command


@command.execution_handler
def execute(request, response, *_):
    button = response.new_button()
    button.label = "Create Webhook"
    button.type = "+"
    button.hint = "Makes a token"
    button.key = "k1"
    button.action = button.new_action_object()
    button.action.type = "invoke.function"
    button.action.data = button.action.new_action_data_obj()
    button.action.data.name = "authentication"
    button.action.confirm = button.action.new_confirm_object()
    button.action.confirm.title = "Generate token"
    button.action.confirm.input = {"type": "user_webhook_token"}
    response.text = f"Click on the button, {request.user.first_name}!"
    response.add_button(button)
    return response
