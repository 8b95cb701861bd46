"""What the web server loads: `gunicorn -c python:runtime.web_server gateway.wsgi:app`.

`ALO_SERVE` says which side this process serves: "both" (default), "webhooks" or "console".
"""

from __future__ import annotations

import os
from typing import cast

from gateway.serving import Side, serve
from runtime.container import running_settings
from runtime.settings import Settings

app = serve(running_settings(Settings()), cast(Side, os.environ.get("ALO_SERVE", "both")))
