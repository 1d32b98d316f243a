"""Preparing, serving, working."""

import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from loomwork.cli.demo import seed_demo_accounts
from loomwork.cli.output import ENVIRONMENT, Refusal, guarded
from loomwork.cli.start import install_seeds, started

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

MAX_THREADS = 64


@click.command()
@click.option("--consent", is_flag=True, help="Agree to what the plan of the metadata marks with consent.")
@guarded
def init(consent: bool) -> None:
    """Prepare the database and the home folder; harmless when they are there already."""
    with started(publishes=True, consent=consent) as rt:
        install_seeds(rt)
        click.echo(
            f"ready: {len(rt.catalog.entities)} entities, metadata {rt.catalog.version[:12]}, home {rt.settings.home}"
        )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=lambda: int(os.environ.get("PORT", "8000")),
    type=click.IntRange(1, 65535),
    help="Port; default: $PORT or 8000.",
)
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, MAX_THREADS), help="Threads per process."
)
@click.option(
    "--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="More than one: served by gunicorn."
)
@click.option("--demo", is_flag=True, help="Fill an empty database with demo data and print the accounts.")
@guarded
def serve(host: str, port: int, threads: int, processes: int, demo: bool) -> None:
    """Serve the apps: screens, API, sign-in, operator's console.

    One process is enough for a small company: it also does the background work. With more processes run
    `loomwork worker` beside it.
    """
    _check_port(host, port)
    if not os.environ.get("LOOMWORK_PUBLIC_URL"):
        # Links in mails lead to where the server listens, as long as nobody says how people reach it.
        os.environ["LOOMWORK_PUBLIC_URL"] = own_address(host, port)
    with started(publishes=True) as rt:
        install_seeds(rt)
        if demo:
            seed_demo_accounts(rt)
        address = f"http://{host}:{port}"
        if processes > 1:
            _announce(address, rt)
            _serve_many(host, port, threads, processes)
        else:
            _serve_one(rt, host, port, threads)


def own_address(host: str, port: int) -> str:
    """The address under which this machine reaches the server itself."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not listened on
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def _check_port(host: str, port: int) -> None:
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise Refusal(
                f"cannot listen on {host}:{port}: {fault.strerror}; choose another with --port", ENVIRONMENT
            ) from None


def _announce(address: str, rt: "Runtime", setup_code: str = "") -> None:
    click.echo(f"Loomwork serves {address} (database {rt.database.dialect}, home {rt.settings.home})")
    if setup_code:
        click.echo(f"No user yet: open {address}/setup. From another machine the set-up code is: {setup_code}")
    sys.stdout.flush()


def _serve_one(rt: "Runtime", host: str, port: int, threads: int) -> None:
    from loomwork.web.app import create_app
    from loomwork.web.listening import make_server
    from loomwork.worker.loop import Worker

    app = create_app(rt)
    auth = app.extensions["loomwork_auth"]
    worker = Worker(rt)
    worker.start_thread()
    server = make_server(app, host=host, port=port, threads=threads)
    _announce(f"http://{host}:{port}", rt, auth.setup_code if auth.needs_setup() else "")
    signal.signal(signal.SIGTERM, lambda *_: _interrupt())
    try:
        server.run()
    except KeyboardInterrupt:
        click.echo("stopping")
    finally:
        worker.stop()
        server.close()


def _interrupt() -> None:
    raise KeyboardInterrupt


def _serve_many(host: str, port: int, threads: int, processes: int) -> None:
    """Hand over to gunicorn: one runtime is loaded before the fork, without a connection that could be shared."""
    arguments = [
        sys.executable, "-m", "gunicorn", "loomwork.web.wsgi:make_app()", "--bind", f"{host}:{port}", "--workers", str(processes),
        "--threads", str(threads), "--worker-class", "gthread", "--keep-alive", "30", "--no-control-socket",
        "--config", "python:loomwork.web.processes",
    ]  # fmt: skip
    os.execv(sys.executable, arguments)  # noqa: S606 - our own interpreter with fixed arguments


@click.command()
@guarded
def worker() -> None:
    """Do the background work: mails, jobs, cleaning up. Any number may run beside each other."""
    from loomwork.web.request_log import configure_logging
    from loomwork.worker.loop import Worker

    with started() as rt:
        configure_logging(rt.settings.log_level)
        one = Worker(rt)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: one.stop())
        click.echo(f"worker {one.name} is ready")
        one.run()
