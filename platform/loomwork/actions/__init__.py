"""Side effects that metadata can name: one file each, shared by buttons, workflows and automation."""

from loomwork.actions.base import ActionType
from loomwork.actions.convert import Convert
from loomwork.actions.open import Open
from loomwork.core.registry import Registry

BUILTIN: tuple[ActionType, ...] = (Convert(), Open())

ACTIONS: Registry[ActionType] = Registry("action", BUILTIN)
