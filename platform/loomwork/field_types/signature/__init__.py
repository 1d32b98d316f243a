"""A signature drawn by hand."""

from loomwork.field_types.base import Sample, both
from loomwork.field_types.file import File
from loomwork.field_types.image import SAMPLE_IMAGE
from loomwork.field_types.link import OTHER_ID


class Signature(File):
    """What was drawn, as a stored PNG file. A picture, not an electronic signature in the sense of law."""

    name = "signature"
    label = both("Signature", "手写签名")
    help = both("A signature drawn with finger, pen or mouse.", "用手指、笔或鼠标签名。")
    icon = "signature"
    widget = "signature"
    types = ("image/png",)
    samples = (
        Sample({**SAMPLE_IMAGE, "name": "签名.png"}),
        Sample(OTHER_ID, {"id": OTHER_ID}),
        Sample({"id": OTHER_ID, "size": 0}),
        Sample({**SAMPLE_IMAGE, "type": "image/jpeg"}, code="file_type"),
        Sample({"id": "签名"}, code="not_id"),
        Sample({"id": OTHER_ID, "size": 10**30}, code="file_too_big"),
    )
