"""The year that `make demo` tells: three agencies, and what the register says of each after every step."""

from functools import partial

from flask import Flask

from audits.decisions.rules import Outcome
from audits.schemes.cycle import AuditKind
from certificates.lifecycle.rules import Fate, public_id
from certificates.lifecycle.services import end_certificate, suspend_certificate
from portal.demo.calendar import Calendar, how_many
from portal.demo.cast import AGAIN, EDITOR, OTHERS, OWNER, PASSPORT, SIGNATORY, SMALL, STAFF, VLIETLAND, Flaw
from portal.demo.holder import Holder, trying
from portal.demo.visitor import Teller, Visitor

NEW_NAME = "Vlietland Werk & Flex B.V."
OWNS, EDITS, SIGNS = f"{OWNER.name} (agency)", f"{EDITOR.name} (agency)", f"{SIGNATORY.name} (signatory)"
PLANS, INSPECTS, REVIEWS, DECIDES = (
    f"{STAFF[part].name} ({part})" for part in ("planner", "inspector", "reviewer", "decider")
)
AFRESH = f"{STAFF['second inspector'].name} (inspector)"
TIED = f"{STAFF['tied decider'].name} (decider)"
WORKER = "Keurwerk (worker)"


class Year:
    """Tells the year. The number in front of each part says how many days ago it is."""

    def __init__(self, app: Flask, calendar: Calendar, story: Teller, visitor: Visitor) -> None:
        self._app, self._story, self._visitor = app, story, visitor
        self._calendar = calendar
        self.name = NEW_NAME
        self.number = ""
        self.main, self._refused, self._leaving = self._cases()
        self.entry = self._entry_of(self.main)

    def tell(self) -> None:
        """Tell it, from the first application to this month."""
        self._first_certificate()
        refused, leaving = (self._certify_in_short(case) for case in (self._refused, self._leaving))
        self._change_of_name()
        self._surveillance()
        self._special_audit()
        self._lift()
        self._renewal()
        self._refused_renewal(refused)
        self._voluntary_end(leaving)

    def _first_certificate(self) -> None:
        case, say, go = self.main, self._story.tell, self._calendar.go
        go(363)
        case.register()
        say(OWNS, f"registers {case.details.legal_name}, KvK {case.details.register_number}", "–", "registered")
        case.assess()
        say(EDITS, "answers all questions of the self-assessment, adds evidence", "–", "draft")
        go(361)
        case.submit()
        say(SIGNS, "accepts the certification agreement, declares and submits", "draft", case.state()["application"])
        go(357)
        case.accept()
        say(PLANS, "reviews the application and takes it on", "submitted", case.state()["application"])
        case.plan(ahead=14)
        say(PLANS, f"assigns {STAFF['inspector'].name}, who has no declared tie", "–", case.state()["audit"])
        go(343)
        case.start()
        drawn = case.draw()
        sizes = ", ".join(f"{sample} of {population} ({unit})" for unit, (population, sample) in drawn.items())
        say(INSPECTS, f"starts, fixes the lists; the portal draws {sizes}", "planned", case.state()["audit"])
        verdicts = case.judge({flaw.code: flaw for flaw in SMALL})
        case.confirm()
        say(INSPECTS, f"records {verdicts} verdicts, confirms the stated scope", "in_progress", "in_progress")
        findings, score = case.report()
        say(INSPECTS, f"reports: {findings} findings, {score} points", "in_progress", case.state()["audit"])
        self._repair(case, 336)
        case.review()
        say(REVIEWS, "reviews the file by the checklist and recommends", "reported", case.state()["audit"])
        go(324)
        refusal = trying(case.decide, "inspector", Outcome.GRANT)
        self._expect_refusal(INSPECTS, "tries to decide", refusal, "to decide", case.state()["audit"])
        decision = case.decide("decider", Outcome.GRANT)
        say(DECIDES, "decides: grants the certificate", "to decide", case.state()["audit"])
        self.number = self._calendar.issued(decision)
        say(WORKER, f"issues and seals certificate {self.number}", "issuing", "active")
        self._read("certified", "reads the register entry")

    def _repair(self, case: Holder, ago: int) -> None:
        """Answer and check the findings of an audit: the plan, and ten days later the proof."""
        say, go = self._story.tell, self._calendar.go
        go(ago)
        say(EDITS, f"answers the findings ({case.answer()}): cause, extent, solution", "open", "answered")
        go(ago - 2)
        say(INSPECTS, f"accepts the plans ({case.verify()})", "answered", "plan_accepted")
        go(ago - 10)
        say(EDITS, f"proves the solutions ({case.answer()})", "plan_accepted", "proven")
        go(ago - 11)
        say(INSPECTS, f"checks and closes the findings ({case.verify()})", "proven", "closed")

    def _certify_in_short(self, case: Holder) -> str:
        """Lead another agency to its certificate on one day; return the number."""
        self._calendar.go(320)
        for act in (case.register, case.assess, case.submit, case.accept, case.plan, case.start, case.draw):
            act()
        case.judge({})
        case.confirm()
        case.report()
        case.review()
        number = self._calendar.issued(case.decide("decider", Outcome.GRANT))
        name = case.details.legal_name
        self._story.tell(DECIDES, f"after its audit, grants {name} certificate {number}", "applied", "active")
        self._read("certified", f"reads the entry of {name}", case)
        return number

    def _change_of_name(self) -> None:
        case, say, go = self.main, self._story.tell, self._calendar.go
        go(270)
        case.report_name(NEW_NAME)
        say(EDITS, f"reports that the agency is called {NEW_NAME} now, with an extract", "–", "reported")
        self._visitor.expect_name(self.entry, case.details.legal_name)
        go(265)
        say(PLANS, "checks the name against the trade register", "reported", case.check_name())
        go(262)
        decision = case.amend(self.number)
        before, self.number = self.number, self._calendar.issued(decision)
        say(DECIDES, f"amends the certificate: {before} is now {self.number}", "active", "replaced")
        self._visitor.expect_name(self.entry, NEW_NAME)
        self._read("certified", "reads the register entry under the new name")

    def _surveillance(self) -> None:
        case, say, go = self.main, self._story.tell, self._calendar.go
        window = case.window()
        go(150)
        asked = case.plan_visit(AuditKind.SURVEILLANCE)
        action = f"plans the surveillance that was laid down with the grant, {window[0]} to {window[1]}"
        say(PLANS, f"{action}: {asked} requirements", "to plan", "planned")
        go(140)
        grades = case.visit(AGAIN)
        self._story.hold(grades.get(AGAIN.code) == "major", "a minor finding that came back is not major")
        say(INSPECTS, f"finds {AGAIN.code} again: minor at the grant, now major", "planned", "reported")
        self._repair(case, 137)
        case.review("Hersteld en gecontroleerd. Advies: behouden.")
        say(REVIEWS, "reviews the file after the repair", "reported", "to decide")
        case.end_visit(Fate.MAINTAIN, "De bevinding is hersteld en gecontroleerd.")
        say(DECIDES, "keeps the certificate after the surveillance audit", "certified", self._status())
        self._read("certified", "reads the register entry after surveillance")

    def _special_audit(self) -> None:
        case, say, go = self.main, self._story.tell, self._calendar.go
        go(110)
        signal = "Een werknemer meldt dat zijn paspoort is ingehouden."
        asked = case.plan_visit(AuditKind.SPECIAL, signal, [PASSPORT.code])
        say(PLANS, f"plans a special audit after a signal, of {asked} requirements", "–", "planned")
        grade = case.visit(PASSPORT).get(PASSPORT.code)
        say(INSPECTS, f"finds {PASSPORT.code}: {grade}; deciders must act in two days", "planned", "reported")
        self._story.hold(grade == "critical", "a passport in a safe is not critical")
        reasons = "Een paspoort lag in de kluis van het bureau."
        case.change(self.number, suspend_certificate, reasons, ["too_many_nonconformities"])
        say(DECIDES, "suspends the certificate the same day", "certified", self._status())
        self._read("suspended", "reads the register entry after the special audit")
        go(106)
        case.answer(solution="Het paspoort is terug.")
        say(EDITS, "answers the finding, round 1", "open", "answered")
        go(104)
        case.send_back("Dit herstelt één geval. Wat verandert er, zodat het niet weer gebeurt?")
        say(INSPECTS, "returns round 1: it repairs one case only", "answered", "open")
        go(102)
        case.answer(solution="Het paspoort is terug; de kluis is weg, en niemand neemt nog papieren in.")
        say(EDITS, "answers the finding, round 2", "open", "answered")
        go(100)
        say(INSPECTS, f"accepts the plan ({case.verify()})", "answered", "plan_accepted")
        go(90)
        until = case.ask_time(10, "De werknemers spreken de accountant pas over twee weken.")
        say(EDITS, f"asks for more time, until {until}", "plan_accepted", "plan_accepted")
        go(88)
        case.grant_time(until)
        say(REVIEWS, "grants it: somebody else than the inspector", "plan_accepted", "plan_accepted")
        go(75)
        say(EDITS, f"proves the solution ({case.answer()})", "plan_accepted", "proven")
        go(73)
        say(INSPECTS, f"checks and closes the finding ({case.verify()})", "proven", "closed")
        case.review("Hersteld en gecontroleerd. Advies: schorsing opheffen.")
        say(REVIEWS, "reviews the file after the repair", "reported", "to decide")

    def _lift(self) -> None:
        case, say = self.main, self._story.tell
        self._calendar.go(72)
        case.tie("tied decider", "Mijn broer werkt er op kantoor.")
        say(TIED, "declares a tie with the agency", "–", "declared")
        lift = partial(case.end_visit, Fate.LIFT, "Het paspoort is terug en de werkwijze is veranderd.")
        for actor, role in ((TIED, "tied decider"), (INSPECTS, "inspector")):
            self._expect_refusal(actor, "tries to lift the suspension", trying(lift, role), "suspended", self._status())
        lift()
        say(DECIDES, "lifts the suspension, as the end of the special audit", "suspended", self._status())
        self._read("certified", "reads the register entry after the repair")

    def _renewal(self) -> None:
        case, say, go = self.main, self._story.tell, self._calendar.go
        sectors = self._visitor.sectors(self.entry)
        go(48)
        case.assess()
        case.submit()
        say(SIGNS, "applies for renewal, in the window of the norm", "–", case.state()["application"])
        case.accept()
        case.inspector = "second inspector"
        case.plan()
        action = f"takes it on; {STAFF['second inspector'].name} audits, as nobody does so four times in a row"
        say(PLANS, action, "submitted", case.state()["audit"])
        go(41)
        self._audit(case, leave_out="sectors:meat_fish")
        say(AFRESH, "finds nothing; saw nobody at work in meat and fish, and leaves that out", "planned", "reported")
        case.review()
        go(34)
        before, self.number = self.number, self._calendar.issued(case.decide("decider", Outcome.GRANT))
        say(DECIDES, f"renews for less: {before} is replaced by {self.number}", "certified", self._status())
        less = self._visitor.sectors(self.entry, but=sectors)
        self._story.hold(len(less) == len(sectors) - 1, f"the register shows {less}, and showed {sectors}")
        say("A hirer", "reads the sectors that the certificate covers", ", ".join(sectors), ", ".join(less))

    def _audit(self, case: Holder, *flaws: Flaw, leave_out: str = "") -> None:
        """Carry out an audit of the whole norm and report it."""
        case.start()
        case.draw()
        case.judge({flaw.code: flaw for flaw in flaws})
        case.confirm([leave_out] if leave_out else [], "Hier werkte dit jaar niemand." if leave_out else "")
        case.report()

    def _refused_renewal(self, number: str) -> None:
        case, say, go = self._refused, self._story.tell, self._calendar.go
        name = case.details.legal_name
        go(30)
        case.assess()
        case.submit()
        case.accept()
        case.plan()
        say(PLANS, f"takes on the renewal of {name} and plans its audit", "submitted", case.state()["audit"])
        go(23)
        self._audit(case, PASSPORT)
        say(INSPECTS, f"finds {PASSPORT.code} at {name}: critical", "planned", case.state()["audit"])
        case.review("Een kritieke bevinding. Advies: weigeren en intrekken.")
        reasons = "Een paspoort lag in de kluis van het bureau."
        case.decide("decider", Outcome.REFUSE, reasons=reasons, fate=Fate.WITHDRAW)
        now = self._status(case)
        say(DECIDES, f"refuses the renewal, and {number} ends by that decision", "certified", now)
        self._read("withdrawn", f"reads the entry of {name}", case)

    def _voluntary_end(self, number: str) -> None:
        case, name = self._leaving, self._leaving.details.legal_name
        self._calendar.go(9)
        case.change(number, end_certificate, "De houder stopt met uitzenden.", ["business_ended"])
        self._story.tell(DECIDES, f"ends {number} of {name}, as it asked", "certified", self._status(case))
        self._read("ended", f"reads the entry of {name}", case)

    def _cases(self) -> tuple[Holder, Holder, Holder]:
        first = how_many(self._app)
        details = {"vlietland": VLIETLAND, "withdrawn": OTHERS["withdrawn"], "ended": OTHERS["ended"]}
        made = [Holder(self._app, of, first + place, name) for place, (name, of) in enumerate(details.items())]
        return made[0], made[1], made[2]

    def _entry_of(self, case: Holder) -> str:
        return public_id("NL", case.details.register_number)

    def _status(self, case: Holder | None = None) -> str:
        return self._visitor.status_soon(self._entry_of(case or self.main))

    def _read(self, status: str, action: str, case: Holder | None = None) -> None:
        self._visitor.expect_status(self._entry_of(case or self.main), status, action)

    def _expect_refusal(self, actor: str, action: str, refusal: str | None, before: str, after: str) -> None:
        self._story.hold(refusal is not None, f"{actor} was not refused: {action}")
        self._story.tell(actor, f"{action} and is refused: {refusal}", before, after)
