"""The form engine: which form a person gets for a record, and what holds in it while somebody types."""

from loomwork.forms.hiding import hidden_fields
from loomwork.forms.layout import Form, Item, Section, Tab, find_form
from loomwork.forms.logic import form_logic
from loomwork.forms.preview import preview

__all__ = ["Form", "Item", "Section", "Tab", "find_form", "form_logic", "hidden_fields", "preview"]
