"""Command line: `python -m tools.simulator --out landing`."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, replace
from datetime import timedelta
from itertools import chain
from pathlib import Path

from tqdm import tqdm

from tools.simulator import people
from tools.simulator.defects.landing import SpoiledLanding
from tools.simulator.emit.ads import Ads
from tools.simulator.emit.answers import Answers, answers_folder
from tools.simulator.emit.carriers import Carriers
from tools.simulator.emit.carts import Carts
from tools.simulator.emit.clear_values import ClearValues
from tools.simulator.emit.crm import Crm
from tools.simulator.emit.erp import Erp
from tools.simulator.emit.fx import Fx
from tools.simulator.emit.hidden import Hidden
from tools.simulator.emit.reviews import Reviews
from tools.simulator.emit.shop import Shop
from tools.simulator.emit.social import Social
from tools.simulator.emit.support import Support
from tools.simulator.emit.surveys import Surveys
from tools.simulator.emit.web import Web
from tools.simulator.emit.wms import Wms
from tools.simulator.first_load import FirstLoad
from tools.simulator.landing import Landing
from tools.simulator.options import WITHOUT_PAST, Options, OptionsError, read_marker, write_marker
from tools.simulator.world import World

# In two groups that take about as long: a long world is told of by two processes.
EMITTERS = (
    (Shop, Erp, Fx, Ads, Carriers, Reviews, Social, Answers),
    (Web, Wms, Carts, Crm, Support, Surveys, ClearValues, Hidden),
)

DAYS_FOR_TWO = 150


def simulate(folder: Path, options: Options, days_there: int = 0) -> None:
    """Live the world and land what came after the first `days_there` days."""
    if options.defects or options.last < DAYS_FOR_TWO:
        live(folder, options, days_there, chain(*EMITTERS))
    else:
        # Both live the same world, which takes less time than to tell of it.
        with ProcessPoolExecutor(1) as executor:
            others = executor.submit(live, folder, options, days_there, EMITTERS[1], silent=True)
            live(folder, options, days_there, EMITTERS[0])
            others.result()
    write_marker(folder, options)


def live(folder: Path, options: Options, days_there: int, emitters: Iterable[type], silent: bool = False) -> None:
    """Live the world and let some of the emitters land what they tell of it."""
    with people.living(bool(options.distinctive)):
        world = World(options)
        first_new = options.first_landing + timedelta(days=days_there)
        landing = SpoiledLanding(folder, first_new, options) if options.defects else Landing(folder, first_new)
        first_load = FirstLoad(landing, options)
        tellers = [emitter(world, first_load) for emitter in emitters]
        if options.defects:
            # Last, as it lands what the day before left over beside what the others land.
            tellers.append(landing)
        days = options.last + 1
        shown = {"desc": "simulating", "unit": "day", "mininterval": 1, "delay": 2, "disable": silent}
        for record in tqdm(world.days(), total=days, **shown):
            for teller in tellers:
                teller.emit(record)
            first_load.close_day(record.date)


def simulate_new(folder: Path, options: Options) -> None:
    """Land a new zone, beside its place until it is whole: `make build` takes a zone that is there for a whole one."""
    beside = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    new = beside / folder.name
    simulate(new, options)
    shutil.rmtree(answers_folder(folder), ignore_errors=True)
    os.replace(answers_folder(new), answers_folder(folder))
    os.replace(new, folder)
    beside.rmdir()


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.simulator", description="Write a landing zone as TechCo's systems would."
    )
    parser.add_argument("--out", type=Path, default=Path("landing"), help="folder to write to (default: landing)")
    parser.add_argument("--append", type=int, metavar="DAYS", help="add the next days to the landing zone in --out")
    for field in fields(Options):
        name = "--" + field.name.replace("_", "-")
        meaning = f"default: {field.default}"
        if field.name in WITHOUT_PAST:
            meaning += f"; with --days alone: {WITHOUT_PAST[field.name]}"
        parser.add_argument(name, type=type(field.default), default=None, help=meaning)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Write or extend a landing zone; exit code 2 where that cannot be done."""
    given = parse(arguments)
    # As a real landing zone should be: read by its owner only.
    before = os.umask(0o077)
    try:
        return write(given)
    finally:
        os.umask(before)


def write(given: argparse.Namespace) -> int:
    """Do what the command line asks for; the exit code."""
    chosen = {field.name: value for field in fields(Options) if (value := getattr(given, field.name)) is not None}
    try:
        if given.append is None:
            require_empty(given.out)
            if given.days is not None and given.history_days is None:
                chosen = WITHOUT_PAST | chosen
            simulate_new(given.out.resolve(), Options(**chosen))
            return 0
        if chosen:
            named = ", ".join(f"--{name.replace('_', '-')}" for name in sorted(chosen))
            raise OptionsError(f"--append takes the other options from {given.out}; leave out {named}.")
        if given.append < 1:
            raise OptionsError(f"--append is {given.append}; at least 1 day is needed.")
        there = read_marker(given.out)
        simulate(given.out, replace(there, days=there.days + given.append), there.days)
    except (OptionsError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def require_empty(folder: Path) -> None:
    """Raise OptionsError where `folder` is no place for a new landing zone."""
    if folder.exists() and not folder.is_dir():
        raise OptionsError(f"{folder} is no folder. Choose another --out.")
    if folder.exists() and any(folder.iterdir()):
        raise OptionsError(f"{folder} is not empty. Choose another --out, or extend it with --append DAYS.")


if __name__ == "__main__":
    sys.exit(main())
