"""The files of a new app: one entity with a form, a list, a role and a place in the navigation, clean from the start."""

from collections.abc import Mapping

ACTIONS = ["read", "create", "update", "delete", "restore", "export", "import", "share"]


def both(english: str, chinese: str) -> dict[str, str]:
    """A label in both languages."""
    return {"en": english, "zh-CN": chinese}


def scaffold(name: str, namespace: str, label: str) -> Mapping[str, object]:
    """The files by path; texts for Markdown, objects for JSON."""
    entity = f"{namespace}.item"
    return {
        "app.json": {
            "format": 1, "name": name, "namespace": namespace, "version": "0.1.0", "label": both(label, label), "depends_on": [],
            "languages": ["en", "zh-CN"], "platform": ">=0.1,<1",
        },
        "README.md": f"# {label}\n\nAn app of the Loomwork platform. `loomwork app lint` checks it.\n",
        "CHANGELOG.md": "# Changes\n\n## 0.1.0\n\n- Begun with one entity.\n",
        "entities/item.json": _entity(),
        "forms/item_main.json": {
            "entity": entity,
            "label": both("Item", "项目"),
            "tabs": {"main": {"label": both("Item", "项目"), "order": "a0", "sections": {"item": {
                "label": both("Item", "项目"), "order": "a0", "columns": 2,
                "fields": {"name": {"order": "a0", "span": 1}, "note": {"order": "a1", "span": 2}},
            }}}},
        },
        "views/item_all.json": {
            "entity": entity, "label": both("All items", "全部项目"), "type": "list", "is_default": True,
            "columns": {"name": {"order": "a0"}, "created_at": {"order": "a1"}}, "sort": ["-created_at"],
        },
        "roles/editor.json": {
            "label": both("Editor", "编辑"), "abilities": ["use_api"], "grants": {"item": {"entity": entity, "actions": ACTIONS, "rows": "all"}},
        },
        "navigation/main.json": {
            "label": both(label, label),
            "items": {"work": {"label": both(label, label), "order": "a0", "items": {"item": {"entity": entity, "order": "a0"}}}},
        },
    }  # fmt: skip


def _entity() -> dict[str, object]:
    return {
        "label": both("Item", "项目"),
        "plural": both("Items", "项目"),
        "help": both("Replace this entity by your own.", "换成你自己的实体。"),
        "icon": "box",
        "colour": "teal",
        "title_field": "name",
        "fields": {
            "name": {
                "type": "text", "label": both("Name", "名称"), "required": True, "searchable": True, "order": "a0",
                "properties": {"max_length": 200},
            },
            "note": {"type": "long_text", "label": both("Note", "备注"), "order": "a1"},
        },
    }  # fmt: skip
