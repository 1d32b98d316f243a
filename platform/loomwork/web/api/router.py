"""The two blueprints that the modules of the API add their routes to."""

from flask import Blueprint

api = Blueprint("api", __name__, url_prefix="/api/v1")
describe = Blueprint("describe", __name__, url_prefix="/api")
