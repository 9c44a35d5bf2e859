"""What a warehouse needs besides builds, each by the command that a person would call."""

import dagster as dg

from orchestration.project import run_command


@dg.op
def save_backup(context: dg.OpExecutionContext) -> None:
    """Save what the landing zone cannot give back."""
    run_command(context, "techco.operations.backup", "save")


@dg.job
def backup() -> None:
    """Histories and the warehouse's identity, in a folder of their own."""
    save_backup()


@dg.op
def erase_who_asked(context: dg.OpExecutionContext) -> None:
    """Erase who asks for it in the CRM; the next release is without them."""
    run_command(context, "techco.operations.erase", "--requested")


@dg.job
def erasures() -> None:
    """Requests for erasure that are open."""
    erase_who_asked()


schedules = [
    dg.ScheduleDefinition(job=backup, cron_schedule="30 2 * * *", default_status=dg.DefaultScheduleStatus.RUNNING),
    # Off until somebody switches it on: to erase without a person who looks at the requests is that company's decision.
    dg.ScheduleDefinition(job=erasures, cron_schedule="0 4 * * *"),
]
