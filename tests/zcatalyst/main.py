"""A function of the vendor's platform, as its own tools begin one: this file knows nothing of Keypost."""

import zcatalyst_cliq

config = {
    "ZohoCliq": {
        "handlers": {
            "command_handler": "handlers/command_handler.py",
            "function_handler": "handlers/function_handler.py",
            "bot_handler": "handlers/bot_handler.py",
            "extension_handler": "handlers/extension_handler.py",
        }
    }
}


def handler(request, response):
    answer = zcatalyst_cliq.execute(request, config)
    response.set_content_type("application/json")
    response.send(answer)
