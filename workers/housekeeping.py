"""Periodic tasks: ask for work that is due, and sweeps that repair what dead workers and lost messages left."""

from __future__ import annotations

from contact.campaign_states import CampaignState
from services import continuity
from services.campaign import campaigns as campaign_cases
from services.delivery import sweeps, unknown
from services.delivery import unconfirmed as silence
from services.privacy import carrier_erasing, retention
from services.recovery import after_restore as recovery
from services.senders import carrier_clocks as clocks
from services.senders import failover
from store.campaign import campaigns
from store.messages import claims
from workers.app import app
from workers.task import eraser, work

EXPIRES_S = 3.0


@app.task(name="alo.sweep_due")
def tick() -> None:
    """Ask for dispatch and planning where something is due, and close campaigns that are through; after a restore none
    of it, before the carriers were read."""
    now = work().clock.now()
    if continuity.is_held(work()):
        return
    failover.reassign(work())
    with work().database.transaction() as conn:
        senders = claims.due_senders(conn, now)
        waiting = campaigns.ids_in(conn, CampaignState.PLANNING)
        due = campaigns.due_campaigns(conn, now)
    if senders:
        app.send_task("alo.dispatch", expires=EXPIRES_S)
    for campaign_id in waiting:
        app.send_task("alo.plan_campaign", args=[str(campaign_id)], expires=EXPIRES_S)
    for campaign_id in due:
        app.send_task("alo.advance_campaign", args=[str(campaign_id)], expires=EXPIRES_S)
    campaign_cases.finish_campaigns(work())


@app.task(name="alo.sweep_leases")
def free_leases() -> int:
    """Rows held by dead workers. Rows moved."""
    return sweeps.free_leases(work())


@app.task(name="alo.reconcile_doubtful")
def resolve_unknown() -> int:
    """Rows that may or may not have left. Rows resolved."""
    return unknown.ask_about_doubtful(work())


@app.task(name="alo.reconcile_silent")
def resolve_unconfirmed() -> int:
    """Rows whose last receipt never came. Rows moved on."""
    return silence.ask_about_silent(work())


@app.task(name="alo.sweep_missed_texts")
def fetch_missed_texts() -> int:
    """Texts the carrier lists and we have not seen. Texts taken in."""
    return sweeps.fetch_missed_texts(work())


@app.task(name="alo.sweep_marks")
def watch() -> bool:
    """Whether this database is older than what left. Whether it is held."""
    return continuity.watch(work())


@app.task(name="alo.reconcile_carriers")
def read_carriers() -> int:
    """After a restore: what carriers list since. Senders read, or tried."""
    return len(recovery.read_carriers(work()))


@app.task(name="alo.sweep_weights")
def recover_weights() -> int:
    """Senders that had no error for a while come back by steps. Senders moved."""
    return failover.recover(work())


@app.task(name="alo.sweep_clocks")
def learn_clocks() -> int:
    """How far each link's clock is from ours. Links whose offset is another now."""
    return clocks.learn(work())


@app.task(name="alo.sweep_erasures")
def delete_at_carriers() -> int:
    """Texts and calls of erased people that carriers still hold. Records deleted there."""
    return carrier_erasing.delete_at_carriers(work())


@app.task(name="alo.sweep_retention")
def apply_retention() -> int:
    """Words, names and numbers past their time, as the one role that may. Rows taken away or changed."""
    database = eraser()
    return retention.sweep(work(), database).total() if database is not None else 0
