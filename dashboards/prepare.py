"""Run by `make dashboards` in Superset's environment: its own tables, the roles' logins, and what is declared.

Reads `assets.json` and `logins.json` in the folder of TECHCO_DASHBOARDS_STATE. What was imported before and is declared
no more is removed; what people made themselves stays.
"""

import json
import logging
import os
from pathlib import Path

import yaml

logging.disable(logging.INFO)

from superset.app import create_app  # noqa: E402

STATE = Path(os.environ["TECHCO_DASHBOARDS_STATE"])
ADMIN = "admin"


def main() -> None:
    """Prepare everything, in one process, as starting Superset is most of the work."""
    logins = json.loads((STATE / "logins.json").read_text(encoding="utf-8"))
    assets = json.loads((STATE / "assets.json").read_text(encoding="utf-8"))
    with create_app().app_context():
        import superset
        from flask_migrate import upgrade
        from superset.extensions import appbuilder, security_manager

        upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        set_login(security_manager, ADMIN, logins[ADMIN], ["Admin"])
        import_assets(security_manager, assets)
        for role, password in logins.items():
            if role != ADMIN:
                set_login(security_manager, role, password, ["Gamma", "sql_lab", access(security_manager, role)])


def set_login(security_manager, name: str, password: str, roles: list[str]) -> None:
    """A user with a password and roles, new or not."""
    found = [security_manager.find_role(role) for role in roles]
    user = security_manager.find_user(name)
    if user is None:
        security_manager.add_user(name, "TechCo", name, f"{name}@localhost", found, password=password)
    else:
        user.roles = found
        security_manager.update_user(user)
        security_manager.reset_password(user.id, password)


def access(security_manager, role: str) -> str:
    """A role of Superset's that may read the database of a role of ours, and the rows behind its numbers."""
    from superset import db
    from superset.models.core import Database

    name = f"TechCo {role}"
    found = security_manager.add_role(name)
    database = db.session.query(Database).filter_by(database_name=f"TechCo as {role}").one_or_none()
    allowed = [("can_samples", "Datasource"), *([("database_access", database.perm)] if database else [])]
    found.permissions = [security_manager.add_permission_view_menu(*one) for one in allowed]
    db.session.commit()
    return name


def import_assets(security_manager, assets: dict) -> None:
    """Import what is declared, over what was there."""
    from superset import db
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice
    from superset.utils.core import override_user

    declared = {entry["uuid"] for entry in assets.values()}
    contents = {"metadata.yaml": yaml.safe_dump({"version": "1.0.0", "type": "assets"})}
    contents |= {name: json.dumps(entry) for name, entry in assets.items()}
    with override_user(security_manager.find_user(ADMIN)):
        ImportAssetsCommand(contents).run()
        for kind in (Dashboard, Slice, SqlaTable, Database):
            for old in db.session.query(kind).filter_by(is_managed_externally=True):
                if str(old.uuid) not in declared:
                    db.session.delete(old)
            db.session.commit()


if __name__ == "__main__":
    main()
