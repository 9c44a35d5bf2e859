"""How Superset runs here: on this machine only, with no request to elsewhere. `make dashboards` sets the variables."""

import os
from urllib.parse import quote

STATE = os.environ["TECHCO_DASHBOARDS_STATE"]
SECRET_KEY = os.environ["TECHCO_DASHBOARDS_SECRET"]
SQLALCHEMY_DATABASE_URI = f"sqlite:///{STATE}/superset.db?timeout=60"

APP_NAME = "TechCo Analytics"
LOGO = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='190' height='24' viewBox='0 0 190 24'>"
    "<rect y='12' width='5' height='10' fill='#56B4E9'/><rect x='7' y='7' width='5' height='15' fill='#E69F00'/>"
    "<rect x='14' y='2' width='5' height='20' fill='#0072B2'/>"
    "<text x='27' y='18' font-family='Helvetica, Arial, sans-serif' font-size='17' fill='#222'>TechCo Analytics</text>"
    "</svg>"
)
# Of the server's own messages, errors.
LOG_LEVEL = "ERROR"
RATELIMIT_STORAGE_URI = "memory://"
# The roles' connections lead to their releases; DuckDB opens no other file for them (dashboards/README.md).
PREVENT_UNSAFE_DB_CONNECTIONS = True
# A number is read from the release when it is shown: a copy would outlive the release.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# What a page may load: itself. Superset's own policy allows a tracking pixel and maps.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    # It is served to this machine alone, without TLS; behind a proxy, the proxy adds it.
    "force_https": False,
    "session_cookie_secure": False,
}
WTF_CSRF_ENABLED = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
RATELIMIT_ENABLED = True
AUTH_RATE_LIMIT = "20 per minute"
RATELIMIT_APPLICATION = "200 per second"
FAB_API_SWAGGER_UI = False
AUTH_USER_REGISTRATION = False
PUBLIC_ROLE_LIKE = None

FEATURE_FLAGS = {"DRILL_TO_DETAIL": True, "DRILL_BY": True, "DASHBOARD_RBAC": False}
SQLLAB_TIMEOUT = 30
ROW_LIMIT = 10000
CURRENCIES = ["EUR", "USD", "BRL", "GBP"]

EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "techco",
        "description": "Told apart by people who are colour-blind (Okabe and Ito)",
        "label": "TechCo",
        "isDefault": True,
        "colors": os.environ["TECHCO_DASHBOARDS_PALETTE"].split(),
    }
]
EXTRA_SEQUENTIAL_COLOR_SCHEMES = [
    {
        "id": "techco_sequential",
        "description": "One hue, from light to dark",
        "label": "TechCo, light to dark",
        "isDiverging": False,
        "isDefault": True,
        "colors": os.environ["TECHCO_DASHBOARDS_SEQUENTIAL"].split(),
    }
]
THEME_DEFAULT = {
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": APP_NAME,
        "brandLogoUrl": f"data:image/svg+xml,{quote(LOGO)}",
        "brandLogoHref": "/dashboard/list/",
        "brandLogoMargin": "18px 0",
        "brandLogoHeight": "24px",
        "colorPrimary": "#0072B2",
        "colorLink": "#0072B2",
        "colorSuccess": "#009E73",
        "colorWarning": "#E69F00",
        "colorError": "#D55E00",
        "colorInfo": "#56B4E9",
        "fontUrls": [],
        "fontFamily": "Inter, Helvetica, Arial, sans-serif",
        "transitionTiming": 0.1,
    },
    "algorithm": "default",
}
# One look: the colours above are chosen for white.
THEME_DARK = None
