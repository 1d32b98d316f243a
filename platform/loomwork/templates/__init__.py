"""The one renderer of texts with placeholders. Nothing else in the platform renders a template that is data.

Page templates of the screens are files of the product and belong to `web`; they are never made from data.
"""

from loomwork.templates.checks import check_template
from loomwork.templates.render import Form, Renderer, render

__all__ = ["Form", "Renderer", "check_template", "render"]
