"""The pulse and the sweeps: who has something due is told to do it; what a dead worker held is repaired."""

from __future__ import annotations

from services import reconcile, sweeps
from store import campaigns, outbox
from workers.app import app
from workers.task import work

EXPIRES_S = 3.0


@app.task(name="alo.sweep_due")
def tick() -> None:
    """Ask for dispatch and planning where something is due, and close campaigns that are through."""
    now = work().clock.now()
    with work().database.transaction() as conn:
        senders = outbox.due_senders(conn, now)
        waiting = campaigns.ids_in(conn, "planning")
        due = campaigns.due_campaigns(conn, now)
    for sender_id in senders:
        app.send_task("alo.dispatch", args=[str(sender_id)], expires=EXPIRES_S)
    for campaign_id in waiting:
        app.send_task("alo.plan_campaign", args=[str(campaign_id)], expires=EXPIRES_S)
    for campaign_id in due:
        app.send_task("alo.advance_campaign", args=[str(campaign_id)], expires=EXPIRES_S)
    sweeps.finish_campaigns(work())


@app.task(name="alo.sweep_leases")
def free_leases() -> int:
    """Rows held by dead workers. Rows moved."""
    return sweeps.free_leases(work())


@app.task(name="alo.reconcile_doubtful")
def ask_about_doubtful() -> int:
    """Rows that may or may not have left. Rows resolved."""
    return reconcile.ask_about_doubtful(work())


@app.task(name="alo.reconcile_silent")
def ask_about_silent() -> int:
    """Rows whose last receipt never came. Rows moved on."""
    return reconcile.ask_about_silent(work())


@app.task(name="alo.sweep_missed_texts")
def fetch_missed_texts() -> int:
    """Texts the carrier lists and we have not seen. Texts taken in."""
    return sweeps.fetch_missed_texts(work())
