from zcatalyst_cliq import bot_handler as bot


@bot.webhook_handler
def event(request, response, *_):
    response.text = f"{request.http_method} for {request.unique_name}: {request.body}"
    return response
