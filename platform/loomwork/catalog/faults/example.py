"""The example package that the samples of the faults change: a small library with every kind of component.

The reference pages show pieces of it, the contract tests load it whole.
"""

from collections.abc import Mapping
from typing import Any

_STATUS = {
    "label": {"en": "Status"},
    "choices": {
        "new": {"label": {"en": "New"}, "colour": "sky", "order": "a0"},
        "lent": {"label": {"en": "Lent"}, "colour": "orange", "order": "a1"},
        "gone": {"label": {"en": "Gone"}, "colour": "grey", "order": "a2", "active": False},
    },
}

_AUTHOR = {
    "label": {"en": "Author"},
    "help": {"en": "Somebody who writes books."},
    "title_field": "name",
    "fields": {
        "name": {"type": "text", "label": {"en": "Name"}, "required": True, "order": "a0"},
        "mail": {"type": "email", "label": {"en": "E-mail"}, "order": "a1"},
    },
}

_BOOK = {
    "label": {"en": "Book"},
    "plural": {"en": "Books"},
    "title_field": "title",
    "summary_fields": ["author", "status"],
    "state_field": "status",
    "fields": {
        "title": {"type": "text", "label": {"en": "Title"}, "required": True, "order": "a0"},
        "author": {
            "type": "link",
            "label": {"en": "Author"},
            "order": "a1",
            "properties": {"entity": "lib.author", "reverse": "books", "on_delete": "restrict"},
        },
        "status": {
            "type": "choice",
            "label": {"en": "Status"},
            "order": "a2",
            "default": "new",
            "properties": {"choice_set": "lib.status"},
        },
        "pages": {"type": "integer", "label": {"en": "Pages"}, "order": "a3"},
        "copies": {
            "type": "child_table",
            "label": {"en": "Copies"},
            "order": "a4",
            "properties": {"entity": "lib.copy", "link": "book"},
        },
    },
}

_COPY = {
    "label": {"en": "Copy"},
    "help": {"en": "A piece on the shelf."},
    "title_field": "shelf",
    "fields": {
        "book": {
            "type": "link",
            "label": {"en": "Book"},
            "required": True,
            "order": "a0",
            "properties": {"entity": "lib.book", "on_delete": "cascade"},
        },
        "shelf": {"type": "text", "label": {"en": "Shelf"}, "order": "a1"},
    },
}

_FORM = {
    "entity": "lib.book",
    "label": {"en": "Book"},
    "tabs": {
        "main": {
            "label": {"en": "Main"},
            "order": "a0",
            "sections": {
                "basics": {
                    "label": {"en": "Basics"},
                    "order": "a0",
                    "columns": 2,
                    "fields": {"title": {"order": "a0", "span": 2}, "author": {"order": "a1"}},
                }
            },
        }
    },
}

_AUTHOR_FORM = {
    "entity": "lib.author",
    "label": {"en": "Author"},
    "tabs": {"main": {"order": "a0", "sections": {"basics": {"order": "a0", "fields": {"name": {}, "mail": {}}}}}},
}

_AUTHOR_VIEW = {
    "entity": "lib.author",
    "label": {"en": "All authors"},
    "type": "list",
    "columns": {"name": {"order": "a0"}, "mail": {"order": "a1"}},
    "is_default": True,
}

_VIEW = {
    "entity": "lib.book",
    "label": {"en": "All books"},
    "type": "list",
    "columns": {"title": {"order": "a0"}, "author.name": {"order": "a1"}, "pages": {"order": "a2"}},
    "sort": ["-created_at"],
    "is_default": True,
}

_PAGE = {
    "entity": "lib.book",
    "highlights": ["status", "pages"],
    "path": "status",
    "sections": {"s1": {"label": {"en": "About"}, "order": "a0", "fields": {"title": {"order": "a0"}}}},
    "related": {"copies": {"order": "a0", "columns": {"shelf": {"order": "a0"}}, "limit": 5}},
}

_MAPPING = {
    "type": "convert",
    "source": "lib.book",
    "targets": {
        "author": {
            "entity": "lib.author",
            "order": "a0",
            "match": ["name"],
            "fields": {"name": {"from": "title"}},
        },
        "book": {
            "entity": "lib.book",
            "order": "a1",
            "fields": {"title": {"from": "title"}, "author": {"target": "author"}},
        },
    },
    "after": {"status": {"value": "lent"}},
}

_ACTION = {"entity": "lib.book", "label": {"en": "Reprint"}, "type": "convert", "mapping": "lib.reprint"}

_ROLE = {
    "label": {"en": "Clerk"},
    "grants": {
        "books": {"entity": "lib.book", "actions": ["read", "create", "update"], "rows": "all", "states": ["new"]},
        "authors": {"entity": "lib.author", "actions": ["read"], "rows": "all"},
    },
}

_NAVIGATION = {
    "label": {"en": "Library"},
    "items": {
        "stock": {
            "label": {"en": "Stock"},
            "order": "a0",
            "items": {
                "books": {"entity": "lib.book", "order": "a0"},
                "all": {"view": "lib.book_all", "order": "a1"},
                "authors": {"entity": "lib.author", "order": "a2"},
            },
        }
    },
}

_SEED = {
    "records": {
        "le_guin": {"entity": "lib.author", "order": "a0", "fields": {"name": "Ursula K. Le Guin"}},
        "earthsea": {
            "entity": "lib.book",
            "order": "a1",
            "fields": {"title": "A Wizard of Earthsea", "author": {"seed": "le_guin"}, "pages": 205},
        },
    }
}

EXAMPLE: Mapping[str, Any] = {
    "app.json": {
        "format": 1,
        "name": "library",
        "namespace": "lib",
        "version": "1.0.0",
        "label": {"en": "Library"},
        "depends_on": [],
        "languages": ["en"],
        "platform": ">=0.1,<1",
    },
    "entities/author.json": _AUTHOR,
    "entities/book.json": _BOOK,
    "entities/copy.json": _COPY,
    "choice_sets/status.json": _STATUS,
    "forms/author_main.json": _AUTHOR_FORM,
    "forms/book_main.json": _FORM,
    "views/author_all.json": _AUTHOR_VIEW,
    "views/book_all.json": _VIEW,
    "pages/book_page.json": _PAGE,
    "mappings/reprint.json": _MAPPING,
    "README.md": b"# Library\n",
    "CHANGELOG.md": b"# Changelog\n",
    "actions/book_reprint.json": _ACTION,
    "roles/clerk.json": _ROLE,
    "navigation/main.json": _NAVIGATION,
    "messages/en.json": {"lib.book#help": "A work that the library owns."},
    "seed/base.json": _SEED,
}
"""File → content: JSON, or bytes for the two pages."""
