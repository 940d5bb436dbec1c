"""The model of bench/plain/simulation.ts in SimPy 2 (Debian: python3-simpy), as a researcher would write it.

Usage: python3 migration.py PLAN.json   prints one JSON object: end, busy, folios, moved, events, cpuNs, version
A process per migrating CPU and one per channel's share of a batch; three events per folio (unmapped, copied, remapped).
"""

import json
import resource
import sys

import SimPy
from SimPy.Simulation import Process, Simulation, hold, passivate

MOST_CHANNELS = 16
SLACK = 1 + 1e-9


class Folio:
    __slots__ = ("kind", "unmapped", "copied", "remapped")

    def __init__(self, kind):
        self.kind = kind
        self.unmapped = self.copied = self.remapped = 0.0


class Kind:
    def __init__(self, costs):
        self.__dict__.update(costs)
        self.moveCopied = self.switchOnly + self.remapOnly


class Copier:
    """Whoever copies over links: `process` is waked when the folio in progress is done."""

    def __init__(self, links):
        self.links = links
        self.cap = self.rate = self.left = self.since = 0.0
        self.process = None
        self.waits = False


class Links:
    """Max-min fair rates, worked out anew when a copier begins, ends or goes on to folios of another kind."""

    def __init__(self, sim, capacities):
        self.sim = sim
        self.capacities = capacities
        self.wanted = [0.0] * len(capacities)
        self.active = {}
        self.throttled = False

    def time_of(self, copier, size, alone):
        """Begins a folio; returns how long it takes as things are. A change of rates moves the wake-up."""
        copier.left = size
        copier.since = self.sim._t
        copier.waits = False
        cap = size / alone
        if cap != copier.cap:
            self.change(copier, cap)
        copier.waits = True
        return copier.left / copier.rate

    def rest(self, copier):
        copier.waits = False
        self.change(copier, 0.0)

    def change(self, copier, cap):
        wanted = self.wanted
        for link in copier.links:
            wanted[link] += cap - copier.cap
        copier.cap = copier.rate = cap
        if cap > 0:
            self.active[copier] = None
        else:
            self.active.pop(copier, None)
        full = False
        for have, capacity in zip(wanted, self.capacities):
            if have > capacity * SLACK:
                full = True
                break
        if full or self.throttled:
            self.share()
        self.throttled = full

    def share(self):
        now = self.sim._t
        for copier, rate in fair_rates(list(self.active), self.capacities):
            if not copier.waits:
                copier.rate = rate
            elif abs(rate - copier.rate) > 1e-12 * rate:
                copier.left -= (now - copier.since) * copier.rate
                copier.since = now
                copier.rate = rate
                self.sim.reactivate(copier.process, delay=max(0.0, copier.left / rate))


def fair_rates(copiers, capacities):
    """Raises all rates together; whoever reaches its cap or a full link stays there."""
    rates = []
    free = list(capacities)
    users = [0] * len(capacities)
    for copier in copiers:
        for link in copier.links:
            users[link] += 1
    while copiers:
        limits = [min(c.cap, min([free[link] / users[link] for link in c.links])) for c in copiers]
        level = min(limits)
        bound = level * SLACK
        left = []
        fixed = []
        for copier, limit in zip(copiers, limits):
            (fixed if limit <= bound else left).append(copier)
        for copier in fixed:
            rates.append((copier, level))
            for link in copier.links:
                free[link] = max(0.0, free[link] - level)
                users[link] -= 1
        copiers = left
    return rates


class Channel:
    def __init__(self, copier):
        self.copier = copier
        self.held = False


class Share(Process):
    """A channel's folios of a batch."""

    def copy_all(self, links, copier, folios, batch):
        copier.process = self
        for folio in folios:
            yield hold, self, links.time_of(copier, folio.kind.bytes, folio.kind.transfer)
            folio.copied = self.sim._t
        links.rest(copier)
        batch.working -= 1
        if batch.working == 0 and batch.asleep:
            self.sim.reactivate(batch.caller)


class Offload:
    def __init__(self, caller, working):
        self.caller = caller
        self.working = working
        self.asleep = False


class Cpu(Process):
    """A task that makes one call after the other."""

    def set_up(self, plan, kinds, links, channels, copier, result):
        self.plan, self.kinds, self.links, self.channels = plan, kinds, links, channels
        self.copier, self.result = copier, result
        copier.process = self

    def run(self, calls):
        sim, result = self.sim, self.result
        for call in calls:
            begin = sim._t
            self.cold = True
            yield hold, self, call["entry"]
            for batch in self.batches(call):
                result["folios"] += len(batch)
                deferred = False
                for folio in batch:
                    yield hold, self, folio.kind.unmap
                    folio.unmapped = sim._t
                    deferred = deferred or folio.kind.deferred
                if deferred:
                    yield hold, self, call["flush"]
                pinned = [folio for folio in batch if folio.kind.pinned]
                free = [folio for folio in batch if not folio.kind.pinned] if pinned else batch
                # In a batched design a pinned folio is found out where the others' mappings are switched.
                if pinned and self.plan["design"] in ("batch-cpu", "dcbm-v3"):
                    yield hold, self, sum([folio.kind.retry for folio in pinned])
                if free:
                    yield from self.move(call, free)
                if pinned:
                    yield hold, self, self.given_back(pinned)
            result["busy"] += sim._t - begin
            result["end"] = max(result["end"], sim._t)

    def batches(self, call):
        limit = self.plan["batchPages"]
        batch, pages = [], 0
        for index, count in call["runs"]:
            kind = self.kinds[index]
            for _ in range(count):
                batch.append(Folio(kind))
                pages += kind.pages
                if pages >= limit:
                    yield batch
                    batch, pages = [], 0
        if batch:
            yield batch

    def move(self, call, folios):
        design = self.plan["design"]
        if design == "serial":
            yield from self.move_each(call, folios)
        elif design == "precopy":
            copied = yield from self.offload(call, folios)
            if copied:
                for folio in folios:
                    yield hold, self, folio.kind.moveCopied
                    self.finish(folio)
            else:
                yield from self.move_each(call, folios)
        else:
            yield hold, self, sum([folio.kind.switchOnly for folio in folios])
            copied = design == "dcbm-v3" and (yield from self.offload(call, folios))
            if not copied:
                yield from self.copy_all(call, folios)
            for folio in folios:
                yield hold, self, folio.kind.remapOnly
                self.finish(folio)

    def finish(self, folio):
        folio.remapped = self.sim._t
        self.result["moved"] += folio.kind.pages
        self.result["blocked"] += folio.remapped - folio.unmapped

    def warm(self, call):
        if self.cold:
            self.cold = False
            yield hold, self, call["coldCopy"]

    def move_each(self, call, folios):
        yield from self.warm(call)
        for folio in folios:
            yield hold, self, self.links.time_of(self.copier, folio.kind.bytes, folio.kind.move)
            folio.copied = self.sim._t
            self.finish(folio)
        self.links.rest(self.copier)

    def copy_all(self, call, folios):
        yield from self.warm(call)
        for folio in folios:
            yield hold, self, self.links.time_of(self.copier, folio.kind.bytes, folio.kind.copyPass)
            folio.copied = self.sim._t
        self.links.rest(self.copier)

    def offload(self, call, folios):
        """One list per channel that is free. Returns whether there was one."""
        n = len(folios)
        wanted = min(self.plan["channels"], n, MOST_CHANNELS)
        held = [channel for channel in self.channels if not channel.held][:wanted]
        if not held:
            return False
        parts = len(held)
        for channel in held:
            channel.held = True
        yield hold, self, parts * call["channelSetup"] + sum([folio.kind.setup for folio in folios])
        batch = Offload(self, parts)
        for i, channel in enumerate(held):
            yield hold, self, call["channelIssue"]
            share = Share(sim=self.sim)
            part = folios[n * i // parts : n * (i + 1) // parts]
            self.sim.activate(share, share.copy_all(self.links, channel.copier, part, batch))
        batch.asleep = True
        if batch.working > 0:
            yield passivate, self
        yield hold, self, call["wakeup"]
        yield hold, self, sum([folio.kind.release for folio in folios]) + parts * call["channelRelease"]
        for channel in held:
            channel.held = False
        return True

    def given_back(self, pinned):
        """Pinned folios: all passes in vain, given back; then each alone, again in vain."""
        design = self.plan["design"]
        passes = self.plan["passes"]
        alone = self.plan["alonePasses"] + (1 if design == "dcbm-v3" else 0)
        return sum(
            [(passes + alone) * f.kind.retry + 2 * f.kind.undo + f.kind.unmapAlone for f in pinned]
        )


def play(plan):
    sim = Simulation()
    links = Links(sim, plan["links"])
    kinds = [Kind(costs) for costs in plan["classes"]]
    engine_link, cpu_link, node_link = plan["engineLink"], plan["cpuLink"], plan["nodeLink"]
    channels = [Channel(Copier([engine, engine_link, node_link])) for engine in plan["engineOf"]]
    result = {"end": 0.0, "busy": 0.0, "folios": 0, "moved": 0, "blocked": 0.0}
    for task in plan["cpus"]:
        cpu = Cpu(sim=sim)
        cpu.set_up(plan, kinds, links, channels, Copier([task["ccd"], cpu_link, node_link]), result)
        sim.activate(cpu, cpu.run(task["calls"]))
    sim.simulate(until=float("inf"))
    result["blocked"] /= max(1, result["folios"])
    result["events"] = -sim._sortpr
    return result


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    with open(sys.argv[1]) as file:
        plan = json.load(file)
    before = cpu_seconds()
    result = play(plan)
    result["cpuNs"] = (cpu_seconds() - before) * 1e9
    result["version"] = SimPy.__version__
    print(json.dumps(result))


main()
