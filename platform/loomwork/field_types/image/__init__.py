"""A picture on a record."""

from loomwork.field_types.base import Sample, both
from loomwork.field_types.file import SAMPLE_FILE, File
from loomwork.field_types.link import OTHER_ID

SAMPLE_IMAGE = {**SAMPLE_FILE, "name": "照片.png", "type": "image/png"}


class Image(File):
    """A file that browsers show as a picture. SVG is not taken: it is a program as much as a picture."""

    name = "image"
    label = both("Image", "图片")
    help = both("A picture: PNG, JPEG, WebP or GIF.", "图片：PNG、JPEG、WebP 或 GIF。")
    icon = "photo"
    widget = "image"
    types = ("image/png", "image/jpeg", "image/webp", "image/gif")
    samples = (
        Sample(SAMPLE_IMAGE),
        Sample(OTHER_ID, {"id": OTHER_ID}),
        Sample({**SAMPLE_IMAGE, "name": "图" * 255}),
        Sample({**SAMPLE_IMAGE, "type": "image/svg+xml"}, code="file_type"),
        Sample({**SAMPLE_IMAGE, "size": -1}, code="not_integer"),
        Sample({**SAMPLE_IMAGE, "name": "图" * 256}, code="too_long"),
        Sample("照片.png", code="not_id"),
    )
