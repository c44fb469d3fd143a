"""PDF files built by hand: text layers, crop boxes, rotation, form fields, encryption (RC4)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
PRIVATE_USE = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
    b"1 begincodespacerange <00> <ff> endcodespacerange "
    b"1 beginbfrange <00> <ff> <e000> endbfrange endcmap end end"
)
Text = tuple[float, float, str]  # points from the lower left corner


@dataclass(frozen=True)
class PdfPage:
    """One page. Texts and size are as shown, once `rotate` is applied; `crop` is in the page's own
    coordinates. `field` is the value of a form field, `picture` a JPEG under the text, or `over`
    it; `mode` is how the text is rendered, 3 not at all."""

    texts: Sequence[Text] = ()
    size: tuple[float, float] = (400, 600)
    letter: float = 12
    rotate: int = 0
    crop: tuple[float, float, float, float] | None = None
    hidden: bool = False  # the font maps every character to nowhere
    field: str = ""
    picture: bytes = b""
    picture_size: tuple[int, int] = (1, 1)
    over: bool = False
    covers: float = 1  # of the page's width and height
    mode: int = 0


def pdf(pages: Sequence[PdfPage], user: str | None = None) -> bytes:
    """A PDF with these pages; `user` is its user password (empty: it opens without)."""
    objects: list[tuple[bytes, bytes | None]] = [(b"", None), (b"", None)]  # catalog and page tree

    def add(head: bytes, stream: bytes | None = None) -> bytes:
        objects.append((head, stream))
        return b"%d 0 R" % len(objects)

    kids, fields = [], []
    for page in pages:
        font = FONT
        if page.hidden:
            font = FONT[:-2] + b"/ToUnicode %s >>" % add(b"", PRIVATE_USE)
        resources = b"/Font << /F %s >>" % add(font)
        content = b"".join(
            b"BT %d Tr /F %f Tf %f %f Td (%s) Tj ET\n"
            % (page.mode, page.letter, x, y, text.encode("latin-1"))
            for x, y, text in page.texts
        )
        if page.picture:
            picture = add(
                b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 "
                b"/ColorSpace /DeviceRGB /Filter /DCTDecode" % page.picture_size,
                page.picture,
            )
            resources += b" /XObject << /I %s >>" % picture
            image = b"q %f 0 0 %f 0 0 cm /I Do Q\n" % (
                page.size[0] * page.covers,
                page.size[1] * page.covers,
            )
            content = content + image if page.over else image + content
        width, height = page.size if page.rotate in (0, 180) else page.size[::-1]
        turn = {
            0: b"",
            90: b"0 1 -1 0 %f 0 cm\n" % width,
            180: b"-1 0 0 -1 %f %f cm\n" % (width, height),
            270: b"0 -1 1 0 0 %f cm\n" % height,
        }
        content = turn[page.rotate] + content
        entries = b"/MediaBox [0 0 %f %f] /Rotate %d" % (width, height, page.rotate)
        if page.crop:
            entries += b" /CropBox [%f %f %f %f]" % page.crop
        if page.field:
            look = add(
                b"/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << %s >>" % resources,
                b"BT /F 12 Tf 2 5 Td (%s) Tj ET" % page.field.encode("latin-1"),
            )
            fields.append(
                add(
                    b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (%s) /F 4 "
                    b"/Rect [50 300 250 320] /AP << /N %s >> >>"
                    % (page.field.encode("latin-1"), look)
                )
            )
            entries += b" /Annots [%s]" % fields[-1]
        entries += b" /Resources << %s >> /Contents %s" % (resources, add(b"", content))
        kids.append(add(b"<< /Type /Page /Parent 2 0 R %s >>" % entries))
    form = b" /AcroForm << /Fields [%s] >>" % b" ".join(fields) if fields else b""
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R%s >>" % form, None
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids)), None
    return _written(objects, user)


def _written(objects: Sequence[tuple[bytes, bytes | None]], user: str | None) -> bytes:
    """The file with its cross-reference table; streams are encrypted when `user` is given."""
    name, key, trailer = hashlib.md5(b"test").digest(), b"", b""
    if user is not None:
        owner = _rc4(hashlib.md5(_padded("owner")).digest()[:5], _padded(user))
        secret = _padded(user) + owner + (-4).to_bytes(4, "little", signed=True) + name
        key = hashlib.md5(secret).digest()[:5]
        trailer = b" /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (
            owner.hex().encode(),
            _rc4(key, PADDING).hex().encode(),
        )
    body, places = bytearray(b"%PDF-1.6\n"), []
    for number, (head, stream) in enumerate(objects, 1):
        places.append(len(body))
        if stream is not None:
            if key:
                salt = number.to_bytes(3, "little") + bytes(2)
                stream = _rc4(hashlib.md5(key + salt).digest()[:10], stream)
            head = b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head, len(stream), stream)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, head)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer << /Size %d /Root 1 0 R /ID [<%s> <%s>]%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(places) + 1,
        name.hex().encode(),
        name.hex().encode(),
        trailer,
        start,
    )
    return bytes(body)


def _padded(password: str) -> bytes:
    return (password.encode("latin-1") + PADDING)[:32]


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
