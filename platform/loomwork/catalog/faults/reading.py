"""C1xx: faults of files and folders, found before the content is looked at."""

from loomwork.catalog.faults.base import Drop, Fault, Put, Raw, one
from loomwork.core.diagnostics import Severity

_ENTITY = {"label": {"en": "Shelf"}, "fields": {"name": {"type": "text", "label": {"en": "Name"}}}}


class MissingFolder(Fault):
    """An app folder that is not there.

    What it finds: a path given as app package where no folder stands.
    Why it matters: the rest of the metadata would load without the app, and its data would look deleted.
    Example: `loomwork app lint apps/libary`.
    Correction: give the path of the folder that holds `app.json`.
    """

    code = "C101"
    title = "App folder missing"
    message = 'there is no folder "{folder}"'
    good = ()
    bad = one(Drop(""))


class MissingManifest(Fault):
    """A folder without `app.json`.

    What it finds: an app folder that holds no manifest.
    Why it matters: name, namespace, version and dependencies stand there; nothing can be loaded without them.
    Example: a folder with `entities/` alone.
    Correction: write `app.json` with at least `format`, `name`, `namespace`, `version` and `label`.
    """

    code = "C102"
    title = "Manifest missing"
    message = "the folder has no app.json"
    good = ()
    bad = one(Drop("app.json"))


class BadEncoding(Fault):
    """A file that is not UTF-8.

    What it finds: bytes that are not valid UTF-8.
    Why it matters: guessing an encoding turns names into rubbish without anybody noticing.
    Example: a file saved as GBK or Latin-1.
    Correction: save the file as UTF-8.
    """

    code = "C103"
    title = "Not UTF-8"
    message = "the file is {fault}"
    good = ()
    bad = one(Raw("entities/shelf.json", b'{"label": {"en": "B\xfccher"}}'))


class BadJson(Fault):
    """A file that is not JSON.

    What it finds: a syntax error, with line and column.
    Why it matters: a file that is half read would be half an entity.
    Example: a comma too many, or a comment.
    Correction: mend the place that the message names.
    """

    code = "C104"
    title = "Not JSON"
    message = "{fault}"
    good = ()
    bad = one(Raw("entities/shelf.json", b'{"label": {"en": "Shelf"},}'))


class DuplicateKey(Fault):
    """A key that stands twice in one object.

    What it finds: two equal keys in the same JSON object.
    Why it matters: most readers keep the last one silently, so a whole field can vanish.
    Example: two fields called `name`.
    Correction: rename one or take it out.
    """

    code = "C105"
    title = "Key stands twice"
    message = "{fault}"
    good = ()
    bad = one(Raw("entities/shelf.json", b'{"label": {"en": "A"}, "label": {"en": "B"}}'))


class FileTooLarge(Fault):
    """A file above the size limit.

    What it finds: a JSON file with more bytes than allowed (1,000,000 unless configured).
    Why it matters: reading it would cost memory and time in every process.
    Example: a file with a 10 MB label.
    Correction: split the component, or keep bulk data in an import file.
    """

    code = "C106"
    title = "File too large"
    message = "the file has {size} bytes; at most {limit} are read"
    good = ()
    bad = one(Raw("entities/shelf.json", b'{"label": {"en": "' + b"a" * 1_000_000 + b'"}}'))


class TooDeep(Fault):
    """JSON nested too deeply.

    What it finds: more than 32 levels of objects and lists.
    Why it matters: such a document is an attack or a mistake; reading it recursively could end the process.
    Example: a thousand opening brackets.
    Correction: flatten the document.
    """

    code = "C107"
    title = "Nested too deeply"
    message = "{fault}"
    good = ()
    bad = one(Raw("entities/shelf.json", b'{"a":' * 40 + b"1" + b"}" * 40))


class BadNumber(Fault):
    """NaN or Infinity.

    What it finds: the words NaN, Infinity or -Infinity, which are not JSON.
    Why it matters: databases and clients treat them differently.
    Example: `"max": NaN`.
    Correction: write a number, or leave the key out.
    """

    code = "C108"
    title = "Not a number"
    message = "{fault}"
    good = ()
    bad = one(Raw("entities/shelf.json", b'{"label": NaN}'))


class UnknownFolder(Fault):
    """A folder whose name is no kind of component.

    What it finds: a folder in the app package that the platform does not know.
    Why it matters: a misspelt folder would silently leave out everything inside.
    Example: `entites/book.json`.
    Correction: use the folder name that the hint gives.
    """

    code = "C109"
    title = "Unknown folder"
    message = 'no kind of component lives in a folder "{folder}"'
    good = one(Put("entities/shelf.json", "", _ENTITY))
    bad = one(Put("entites/shelf.json", "", _ENTITY))


class UnexpectedFile(Fault):
    """A file that is not part of an app package.

    What it finds: a file in a component folder that does not end in `.json`, or a folder inside it.
    Why it matters: it would be shipped and never read.
    Example: `entities/book.yaml`.
    Correction: write the component as JSON, or move the file to `docs/`.
    """

    code = "C110"
    title = "Unexpected file"
    message = '"{file}" is not a JSON file of a component'
    good = ()
    bad = one(Raw("entities/book.yaml", b"label: Book"))


class BadFileName(Fault):
    """A file whose name cannot be a component's name.

    What it finds: a name with capitals, blanks, a leading digit, a double or trailing underscore, or above 40 characters.
    Why it matters: the file name is the technical name; it becomes a table, an address and a key.
    Example: `entities/Book-Copy.json`.
    Correction: lower-case letters, digits and single underscores, beginning with a letter.
    """

    code = "C111"
    title = "File name is not a name"
    message = (
        '"{name}" cannot be a name: lower-case letters, digits and single underscores, from a letter on, at most 40'
    )
    good = one(Put("entities/book_shelf.json", "", _ENTITY))
    bad = one(Put("entities/Book-Shelf.json", "", _ENTITY))


class CaseCollision(Fault):
    """Two files whose names differ only in case.

    What it finds: names that fall together when case is ignored.
    Why it matters: on many machines they are one file, and one component overwrites the other.
    Example: `entities/book.json` beside `entities/Book.json`.
    Correction: remove or rename one.
    """

    code = "C112"
    title = "Names differ only in case"
    message = '"{name}" and "{other}" are the same name on many machines'
    good = ()
    bad = one(Put("entities/Book.json", "", _ENTITY))


class NotAnObject(Fault):
    """A file whose content is not a JSON object.

    What it finds: a list, text or number at the top of a file.
    Why it matters: every component is an object with known keys.
    Example: a file with `[]`.
    Correction: write `{ … }` with the keys of the kind.
    """

    code = "C113"
    title = "Not an object"
    message = "the file must hold a JSON object, not {got}"
    good = ()
    bad = one(Raw("entities/shelf.json", b"[]\n"))


class OutsideFolder(Fault):
    """A link that leads out of the package.

    What it finds: a symbolic link in an app package.
    Why it matters: a package could read files of the server.
    Example: `entities/book.json` linked to `/etc/passwd`.
    Correction: put the file itself into the package.
    """

    code = "C114"
    title = "Symbolic link"
    message = '"{file}" is a symbolic link; packages hold files only'
    good = ()
    bad = one(Raw("entities/shelf.json", b"-> /etc/hostname"))


class CodeInPackage(Fault):
    """Program code in an app package.

    What it finds: files ending in `.py`, `.js`, `.sql`, `.sh` and their kin.
    Why it matters: apps are data. Code in a package would run with the rights of the server, or look as if it did.
    Example: `entities/book.py`.
    Correction: say it in metadata: a rule, a formula, an action.
    """

    code = "C115"
    title = "Code in a package"
    message = '"{file}" is program code; an app package holds metadata only'
    good = ()
    bad = one(Raw("entities/book.py", b"print('hello')\n"))


class TooManyFiles(Fault):
    """More files than a package may hold.

    What it finds: more component files than the limit of a package.
    Why it matters: every process compiles them all.
    Example: a generated package with 100,000 views.
    Correction: split the package, or raise the limit.
    """

    code = "C116"
    title = "Too many files"
    message = "the package has {count} {what}; at most {limit} are read"
    good = ()
    bad = ()


class BadLanguageFile(Fault):
    """A message file that is not named after a language.

    What it finds: a file in `messages/` whose name is no language tag.
    Why it matters: nobody would ever see its texts.
    Example: `messages/chinese.json`.
    Correction: name it by the tag, such as `zh-CN.json` or `en.json`.
    """

    code = "C117"
    title = "Not a language"
    message = '"{name}" is not a language tag such as en or zh-CN'
    good = one(Put("messages/zh-CN.json", "", {"lib.book#label": "图书"}))
    bad = one(Put("messages/chinese.json", "", {"lib.book#label": "图书"}))


class FolderNameDiffers(Fault):
    """A folder that is not called like its app.

    What it finds: an app folder whose name differs from `name` in `app.json`.
    Why it matters: places in messages and packages name the app; people look for a folder of that name.
    Example: folder `library2` with `"name": "library"`.
    Correction: rename the folder, or the app before its first release.
    """

    code = "C118"
    title = "Folder and app name differ"
    severity = Severity.WARNING
    message = 'the folder is called "{folder}", the app "{name}"'
    good = ()
    bad = one(Put("app.json", "/name", "books"))


class FormatTooNew(Fault):
    """A package of a later metadata format.

    What it finds: a `format` above the newest that this platform reads.
    Why it matters: unknown meanings cannot be guessed; reading it as if it were older would lose some.
    Example: `"format": 99`.
    Correction: upgrade the platform, or get the package in an older format.
    """

    code = "C120"
    title = "Format too new"
    message = "the package has metadata format {format}; this platform reads up to {newest}"
    good = ()
    bad = one(Put("app.json", "/format", 99))


class FormatUnknown(Fault):
    """A `format` that is no format number.

    What it finds: a `format` that is negative or not a whole number.
    Why it matters: the format decides how everything else is read.
    Example: `"format": "one"`.
    Correction: write the number of the format, at present 1.
    """

    code = "C121"
    title = "Format unknown"
    message = "format must be a whole number from 0 to {newest}, got {got}"
    good = ()
    bad = one(Put("app.json", "/format", "one"))


class TooManyFaults(Fault):
    """A run that stopped counting.

    What it finds: more faults than one run reports.
    Why it matters: the list is not complete; mend some and run again.
    Example: a package whose every label is misspelt.
    Correction: begin with the first faults; many later ones follow from them.
    """

    code = "C199"
    title = "Too many faults"
    severity = Severity.WARNING
    message = "more than {limit} faults; the rest is not listed"
    good = ()
    bad = ()
