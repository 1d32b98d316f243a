"""Chinook: eleven tables of a music shop become an app package; questions over several links against SQL on the original."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from tests.accept.client import Client, plain
from tests.accept.report import Report

TABLES = (
    ("Artist", "artist"), ("Album", "album"), ("Genre", "genre"), ("MediaType", "media_type"), ("Playlist", "playlist"),
    ("Track", "track"), ("Employee", "employee"), ("Customer", "customer"), ("Invoice", "invoice"),
    ("InvoiceLine", "invoice_line"), ("PlaylistTrack", "playlist_track"),
)  # fmt: skip


@contextmanager
def _original(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def _table(original: sqlite3.Connection, name: str, leave: tuple[str, ...] = ()) -> tuple[bytes, int]:
    """A table as CSV, and its number of rows."""
    found = original.execute(f'SELECT * FROM "{name}"')
    heads = [column[0] for column in found.description]
    kept = [place for place, head in enumerate(heads) if head not in leave]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([heads[place] for place in kept])
    rows = found.fetchall()
    for row in rows:
        writer.writerow(["" if row[place] is None else row[place] for place in kept])
    return text.getvalue().encode(), len(rows)


def run(report: Report, client: Client, folder: Path) -> None:
    """Load the shop and ask it questions."""
    with _original(folder / "Chinook_Sqlite.sqlite") as original:
        for table, entity in TABLES:
            data, rows = _table(original, table, ("ReportsTo",) if table == "Employee" else ())
            found = client.import_file(f"chinook.{entity}", f"{table}.csv", data, f"chinook.{entity}")
            first = f" {found['faults'][0]}" if found["faults"] else ""
            report.line(f"chinook:import:{entity}", f"{found['state']} {found['created']}{first}", f"done {rows}")
            report.line(f"chinook:count:{entity}", client.count(f"chinook.{entity}"), rows)
        data, rows = _table(original, "Employee")
        found = client.import_file("chinook.employee", "Employee.csv", data, "chinook.reporting")
        report.line("chinook:import:reporting", (found["state"], found["updated"]), ("done", rows))
        _questions(report, client, original)


def _sql(original: sqlite3.Connection, text: str) -> dict[str, str]:
    return {
        str(key): plain(str(Decimal(str(figure)).quantize(Decimal("0.01")))) for key, figure in original.execute(text)
    }


def _questions(report: Report, client: Client, original: sqlite3.Connection) -> None:
    report.line("chinook:invoices", client.total("chinook.invoice", "total"), "2328.6")
    report.line("chinook:roll-up:lines", client.total("chinook.invoice", "lines_total"), "2328.6")
    report.line("chinook:roll-up:spent", client.total("chinook.customer", "spent"), "2328.6")
    sold = _sql(
        original,
        "SELECT g.Name, SUM(l.Quantity) FROM InvoiceLine l JOIN Track t USING (TrackId) JOIN Genre g USING (GenreId) GROUP BY 1",
    )
    got = client.grouped("chinook.invoice_line", "track.genre.name", "SUM(quantity)")
    report.line("chinook:sold-by-genre", got, sold)
    artists = _sql(
        original,
        "SELECT a.Name, SUM(l.UnitPrice * l.Quantity) FROM InvoiceLine l JOIN Track USING (TrackId) JOIN Album USING (AlbumId)"
        " JOIN Artist a USING (ArtistId) GROUP BY 1",
    )
    got = client.grouped("chinook.invoice_line", "track.album.artist.name", "SUM(amount)")
    report.line("chinook:revenue-by-artist", (len(got), got == artists), (len(artists), True))
    agents = _sql(
        original,
        "SELECT e.FirstName || ' ' || e.LastName, SUM(i.Total) FROM Invoice i JOIN Customer c USING (CustomerId)"
        " JOIN Employee e ON e.EmployeeId = c.SupportRepId GROUP BY 1",
    )
    got = client.grouped("chinook.invoice", "customer.support_rep.name", "SUM(total)")
    report.line("chinook:revenue-by-agent", got, agents)
    manager = _sql(
        original,
        "SELECT m.FirstName || ' ' || m.LastName, COUNT(*) FROM Employee e JOIN Employee m ON m.EmployeeId = e.ReportsTo GROUP BY 1",
    )
    got = client.grouped("chinook.employee", "reports_to.name", "COUNT()", "reports_to IS NOT NULL")
    report.line("chinook:reports-by-manager", got, manager)
    years = _sql(original, "SELECT strftime('%Y', InvoiceDate), SUM(Total) FROM Invoice GROUP BY 1")
    got = client.grouped("chinook.invoice", "invoice_date:year", "SUM(total)")
    report.line("chinook:revenue-by-year", {key[:4]: figure for key, figure in got.items()}, years)
    rock = original.execute(
        "SELECT COUNT(DISTINCT c.CustomerId) FROM Customer c JOIN Invoice USING (CustomerId) JOIN InvoiceLine USING (InvoiceId)"
        " JOIN Track USING (TrackId) JOIN Genre g USING (GenreId) WHERE g.Name = 'Jazz'"
    ).fetchone()[0]
    listeners = client.query(
        "chinook.invoice_line", measures={"n": "COUNT_DISTINCT(invoice.customer)"}, filter="track.genre.name = 'Jazz'"
    )
    report.line("chinook:customers-of-jazz", int(listeners["rows"][0]["n"]), rock)
