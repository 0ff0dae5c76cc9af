# Scores the claims a reader found (`counterflow read --json`) against gold labels: amounts, full claims, status, evidence, direction, noise.
"""score_claims.py - scores predicted claims against gold (stdlib only). What every field means: counterflow.model.claim.

USAGE
  counterflow read articles/*.txt --json --no-store > pred.json
  score_claims.py GOLD.json pred.json [--by-doc] [--by-type] [--errors N] [--json] [--aliases FILE.json]
                  [--min-amounts F] [--min-claims F] [--min-precision F] [--min-status F] [--max-noise N] [--max-direction F]
  score_claims.py --show GOLD.json --texts articles   prints each gold claim with its evidence, read from the texts
  score_claims.py --selftest GOLD.json                gold against itself must print 1.000 everywhere; then a damaged copy
Exit 0 when every threshold given holds (or none was given), else 1.

FILES   both {"documents": [{"doc_id", "claims": [CLAIM...], "noise_regions": [{"start", "end", "kind"}] (gold only)}]}, which is what
        `read --json` prints. Documents are matched by file name without its ending; a gold document without prediction counts as empty.
GOLD ONLY  status_alt[], type_alt[], roles_alt{role: [...]}: also right. roles_open: roles are not compared. optional: never a miss, never
        a false alarm. same_as: another mention of the same claim, which counts once. note, flag: for people.

METRICS  (a) amounts: distinct value = interval + currency + unit per document (mention level too where predictions carry amount offsets)
         (b) full claims: type + roles + amount;  (b') the same with the parties as one unordered set
         direction: F1(b') - F1(b), the share lost to parties found but put in the wrong role
         (c) status: right status among claims matched on (b'), as P/R/F1 and as accuracy; polarity and qualifier accuracy apart
         (d) evidence: claims matched on (b') whose span contains the gold amount (span <= 1000 characters) or has IoU >= 0.3
         (n) predictions whose evidence lies mostly inside a noise region
Amounts: within 0.5%; "more than" and "at least" are one interval, "about X" and "X" too; order_of_magnitude compares the low end within 2.1x;
GW and MW convert; a gold equivalent (a restatement in another currency) counts as the amount. per, product, dates, terms and attribution
are not part of (b). Predictions of the types comparison, lease, guarantee and revenue_share are left out unless the gold file has the type.
"""

import argparse, collections, copy, json, os, random, re, sys

CORE = {
    "valuation": ["company"],
    "investment": ["investor", "investee"],
    "funding_round": ["issuer"],
    "stake": ["holder", "company"],
    "capacity_commitment": ["customer", "supplier"],
    "financial_metric": ["company"],
    "chip_adoption": ["adopter", "vendor"],
    "secondary_sale": ["issuer"],
    "ipo": ["issuer"],
    "debt": ["borrower", "lender"],
    "acquisition": ["acquirer", "target", "party"],
    "partnership": ["party"],
    "grant": ["grantor", "recipient"],
    "supply_agreement": ["customer", "supplier"],
}
# a type not listed here is compared on all the roles its gold claim has
UNLABELLED = {"comparison", "lease", "guarantee", "revenue_share"}  # types that a gold file may not label: see judged()
FAMILY = {
    "aws": "amazon",
    "amazon web services": "amazon",
    "amazon aws": "amazon",
    "amazon com": "amazon",
    "softbank": "softbank",
    "meta platforms": "meta",
    "facebook": "meta",
    "alphabet": "google",
    "google cloud": "google",
    "azure": "microsoft",
    "microsoft azure": "microsoft",
    "advanced micro devices": "amd",
    "anthropic pbc": "anthropic",
    "us government": "us government",
    "u s government": "us government",
    "united states government": "us government",
}
SUFFIX = r"\b(inc|corp|corporation|co|company|ltd|limited|llc|plc|ag|ab|sa|nv|pbc|group|holdings?|the)\b"


def norm(n):
    n = re.sub(r"[^\w&]+", " ", str(n).lower()).strip()
    n = FAMILY.get(n, n)
    m = re.sub(r"\s+", " ", re.sub(SUFFIX, " ", n)).strip() or n
    return FAMILY.get(m, m)


def names(v):
    if v is None:
        return set()
    return {norm(x) for x in (v if isinstance(v, list) else [v]) if x}


def close(a, b, tol=0.005):
    a = None if a in (0, 0.0) else a
    if a is None or b is None:
        return a is None and (b is None or b == 0)
    return abs(a - b) <= tol * max(abs(a), abs(b))


def unit_of(a):
    return a.get("unit") or ("money" if a.get("currency") else None)


def amount_eq(g, p):
    if g is None or p is None:
        return g is None and p is None
    for x in [g] + g.get("equivalents", []):
        for y in [p] + (p.get("equivalents") or []):
            ux, uy = unit_of(x), unit_of(y)
            f = 1.0
            if {ux, uy} == {"GW", "MW"}:
                f = 1000.0 if uy == "GW" else 0.001
            elif ux != uy:
                continue
            if (x.get("currency") or None) != (y.get("currency") or None):
                continue
            yl, yh = y.get("low"), y.get("high")
            yl = yl * f if yl is not None else None
            yh = yh * f if yh is not None else None
            if x.get("qualifier") == "order_of_magnitude":
                if x.get("low") and yl and 1 / 2.1 <= yl / x["low"] <= 2.1 and (yh is None or yh > yl):
                    return True
            elif close(x.get("low"), yl) and close(x.get("high"), yh):
                return True
    return False


def roles_eq(g, p):
    gr, pr = g.get("roles") or {}, p.get("roles") or {}
    alt = {k: names(v) for k, v in (g.get("roles_alt") or {}).items()}
    core = CORE.get(g["type"]) or list(gr)
    if g.get("roles_open"):
        core = []
    for k in core:
        G, P, A = names(gr.get(k)), names(pr.get(k)), alt.get(k, set())
        if not G and not P:
            continue
        if not G:
            if P <= A:
                continue
            return False
        if P and (P <= A):
            continue
        inter = len(G & P)
        un = len(G | (P - A))
        if not un or inter / un < 0.5:
            return False
    return True


def parties(c, alt=False):
    s = set()
    for v in (c.get("roles") or {}).values():
        s |= names(v)
    if alt:
        for v in (c.get("roles_alt") or {}).values():
            s |= names(v)
    return s


def parties_eq(g, p):
    G, P, GA = parties(g), parties(p), parties(g, True)
    if not G and not P:
        return True
    if not G & P and not (P & GA):
        return False
    if g.get("roles_open"):
        return True
    return len((G & P) | (P & GA)) / max(1, len(G | P)) >= 0.5


def type_eq(g, p):
    return p.get("type") == g["type"] or p.get("type") in (g.get("type_alt") or [])


def spans(c):
    return [(e["start"], e["end"]) for e in c.get("evidence") or [] if e.get("start") is not None]


def toks(s):
    return re.findall(r"\w+", s.lower())


def ev_overlap(g, p):
    gs, ps = spans(g), spans(p)
    if gs and ps:
        for a, b in gs:
            for x, y in ps:
                i = min(b, y) - max(a, x)
                if i <= 0 or y - x > 1000:
                    continue
                am = g.get("amount") or {}
                if am.get("start") is not None and x <= am["start"] and am["end"] <= y:
                    return True
                if i / (max(b, y) - min(a, x)) >= 0.3:
                    return True
        return False
    # an anchor is a short quote, for gold without offsets
    ga = [e.get("anchor") or e.get("text") or "" for e in g.get("evidence") or []]
    pa = [e.get("text") or e.get("anchor") or "" for e in p.get("evidence") or []]
    for a in ga:
        A = set(toks(a))
        for b in pa:
            if A and len(b) <= 1500 and len(A & set(toks(b))) / len(A) >= 0.6:
                return True
    return not ga and not pa


def status_ok(g, p):
    return p.get("status") == g.get("status") or p.get("status") in (g.get("status_alt") or [])


def claim_id(c, i):
    return c.get("claim_id") or c.get("id") or str(i)


def groups_of(gold):
    """cluster gold mentions: same_as, plus identical type+roles+amount"""
    par = list(range(len(gold)))
    idx = {claim_id(c, i): i for i, c in enumerate(gold)}

    def f(i):
        while par[i] != i:
            i = par[i]
        return i

    for i, c in enumerate(gold):
        if c.get("same_as") in idx:
            par[f(i)] = f(idx[c["same_as"]])
    for i in range(len(gold)):
        for j in range(i):
            a, b = gold[i], gold[j]
            if (
                a["type"] == b["type"]
                and a.get("metric") == b.get("metric")
                and a.get("amount_scope") == b.get("amount_scope")
                and {k: names(v) for k, v in (a.get("roles") or {}).items()}
                == {k: names(v) for k, v in (b.get("roles") or {}).items()}
                and amount_eq(a.get("amount"), b.get("amount"))
                and a.get("amount") is not None
            ):
                par[f(i)] = f(j)
    out = collections.defaultdict(list)
    for i in range(len(gold)):
        out[f(i)].append(i)
    return [dict(m=v, req=any(not gold[i].get("optional") for i in v)) for v in out.values()]


def match(gold, pred, ok):
    """returns pairs(pred_i -> gold_i), TP groups, FP preds, FN groups. One prediction serves one group; extra hits on a group are ignored."""
    gr = groups_of(gold)
    gid = {i: k for k, g in enumerate(gr) for i in g["m"]}
    cand = []
    for pi, p in enumerate(pred):
        for gi, g in enumerate(gold):
            if ok(g, p):
                s = (
                    4 * roles_eq(g, p)
                    + 3 * ev_overlap(g, p)
                    + 2 * amount_eq(g.get("amount"), p.get("amount"))
                    + status_ok(g, p)
                    + 0.5 * (not g.get("optional"))
                    + 0.3 * (p.get("metric") == g.get("metric"))
                )
                cand.append((-s, pi, gi))
    cand.sort()
    usedp, usedg, pair = set(), set(), {}
    for s, pi, gi in cand:
        if pi in usedp or gid[gi] in usedg:
            continue
        usedp.add(pi)
        usedg.add(gid[gi])
        pair[pi] = gi
    dup = {pi for s, pi, gi in cand if pi not in usedp}
    tp = sum(1 for k in usedg if gr[k]["req"])
    fn = [k for k, g in enumerate(gr) if g["req"] and k not in usedg]
    fp = [i for i in range(len(pred)) if i not in usedp and i not in dup]
    return pair, tp, fp, fn, gr


def prf(tp, fp, fn):
    p = tp / (tp + fp) if tp + fp else (1.0 if not fn else 0.0)
    r = tp / (tp + fn) if tp + fn else 1.0
    return p, r, (2 * p * r / (p + r) if p + r else 0.0)


def values(claims):
    out = []
    for c in claims:
        a = c.get("amount")
        if a is None:
            continue
        for o in out:
            if amount_eq(o["a"], a) or amount_eq(a, o["a"]):
                o["req"] |= not c.get("optional")
                break
        else:
            out.append(dict(a=a, req=not c.get("optional")))
    return out


def score_doc(g, p, noise):
    R = collections.Counter()
    err = []
    gv, pv = values(g), values(p)
    hit = set()
    for x in pv:
        m = [i for i, y in enumerate(gv) if amount_eq(y["a"], x["a"])]
        if not m:
            R["a_fp"] += 1
            err.append(
                ("amount FP", x["a"].get("text") or (x["a"].get("low"), x["a"].get("high"), x["a"].get("currency")))
            )
        hit.update(m)
    for i, y in enumerate(gv):
        if i in hit:
            R["a_tp"] += y["req"]
        elif y["req"]:
            R["a_fn"] += 1
            err.append(("amount FN", y["a"].get("text")))
    gm = {}
    for c in g:
        a = c.get("amount")
        if a and a.get("start") is not None:
            for x in [y for y in [a] + a.get("equivalents", []) if y.get("start") is not None]:
                gm.setdefault((x["start"], x["end"]), []).append((x, c.get("optional") or x is not a))
    pm = {
        (c["amount"]["start"], c["amount"]["end"]): c["amount"]
        for c in p
        if c.get("amount") and c["amount"].get("start") is not None
    }
    if gm and pm:
        R["am_on"] = 1
        seen = set()
        for (s, e), a in pm.items():
            m = [k for k, v in gm.items() if min(e, k[1]) > max(s, k[0]) and any(amount_eq(x, a) for x, _ in v)]
            if m:
                seen.update(m)
            else:
                R["am_fp"] += 1
        for k, v in gm.items():
            if all(o for _, o in v):
                continue
            R["am_tp" if k in seen else "am_fn"] += 1
    full = lambda a, b: type_eq(a, b) and roles_eq(a, b) and amount_eq(a.get("amount"), b.get("amount"))
    lax = lambda a, b: type_eq(a, b) and parties_eq(a, b) and amount_eq(a.get("amount"), b.get("amount"))
    pair, tp, fp, fn, gr = match(g, p, full)
    R["b_tp"], R["b_fp"], R["b_fn"] = tp, len(fp), len(fn)
    for i in fp:
        err.append(("claim FP", p[i].get("type"), p[i].get("roles"), (p[i].get("amount") or {}).get("text")))
    for k in fn:
        c = g[gr[k]["m"][0]]
        err.append(("claim FN", c["type"], c.get("roles"), (c.get("amount") or {}).get("text")))
    pair, tp, fp, fn, gr = match(g, p, lax)
    R["l_tp"], R["l_fp"], R["l_fn"] = tp, len(fp), len(fn)
    gid = {i: k for k, q in enumerate(gr) for i in q["m"]}
    for pi, gi in pair.items():
        ms = gr[gid[gi]]["m"]
        c = g[gi]
        near = [i for i in ms if ev_overlap(g[i], p[pi])] or ms
        st = any(status_ok(g[i], p[pi]) for i in near)
        R["st_n"] += 1
        R["st_ok"] += st
        if not st:
            err.append(
                (
                    "status",
                    c["type"],
                    (c.get("amount") or {}).get("text"),
                    "gold",
                    c["status"],
                    "pred",
                    p[pi].get("status"),
                )
            )
        R["pol_ok"] += any((p[pi].get("polarity") or "positive") == (g[i].get("polarity") or "positive") for i in near)
        if c.get("amount"):
            R["q_n"] += 1
            R["q_ok"] += any(
                ((p[pi].get("amount") or {}).get("qualifier")) == g[i]["amount"].get("qualifier")
                for i in near
                if g[i].get("amount")
            )
        if c["type"] == "financial_metric" and c.get("metric"):
            R["mt_n"] += 1
            R["mt_ok"] += any(p[pi].get("metric") == g[i].get("metric") for i in ms)
        ev = any(ev_overlap(g[i], p[pi]) for i in ms)
        R["ev_n"] += 1
        R["ev_ok"] += ev
        if gr[gid[gi]]["req"]:
            R["c_tp"] += st
            R["e_tp"] += ev
    R["c_fp"] = R["l_tp"] - R["c_tp"] + R["l_fp"]
    R["c_fn"] = R["l_tp"] - R["c_tp"] + R["l_fn"]
    R["e_fp"] = R["l_tp"] - R["e_tp"] + R["l_fp"]
    R["e_fn"] = R["l_tp"] - R["e_tp"] + R["l_fn"]
    for c in p:
        for s, e in spans(c):
            ov = sum(max(0, min(e, z["end"]) - max(s, z["start"])) for z in noise)
            if ov > 0.5 * max(1, e - s):
                R["noise"] += 1
                err.append(("noise", c.get("type"), s, e))
                break
    R["pred"] = len(p)
    R["gold"] = sum(1 for q in gr if q["req"])
    return R, err


def figures(R):
    """the figures the gates speak of"""
    b, lax = prf(R["b_tp"], R["b_fp"], R["b_fn"]), prf(R["l_tp"], R["l_fp"], R["l_fn"])
    return dict(
        amounts=prf(R["a_tp"], R["a_fp"], R["a_fn"])[2],
        claims=b[2],
        precision=b[0],
        recall=b[1],
        status=R["st_ok"] / R["st_n"] if R["st_n"] else 0.0,
        noise=R["noise"],
        direction=max(0.0, lax[2] - b[2]),
    )


GATES = (
    ("min_amounts", "amounts", 1),
    ("min_claims", "claims", 1),
    ("min_precision", "precision", 1),
    ("min_status", "status", 1),
    ("max_noise", "noise", -1),
    ("max_direction", "direction", -1),
)


def add_gates(ap):
    for flag, key, sign in GATES:
        ap.add_argument("--" + flag.replace("_", "-"), type=float)


def failed_gates(F, a):
    out = []
    for flag, key, sign in GATES:
        v = getattr(a, flag)
        if v is not None and sign * (F[key] - v) < -1e-9:
            out.append("%s %.3f, wanted %s %g" % (key, F[key], ">=" if sign > 0 else "<=", v))
    return out


def report(R):
    f = lambda a, b, c: "%.3f / %.3f / %.3f   tp %d fp %d fn %d" % (*prf(R[a], R[b], R[c]), R[a], R[b], R[c])
    L = [
        "predictions %d, required gold claims (clusters) %d" % (R["pred"], R["gold"]),
        "                                   P     / R     / F1",
        "(a)  amounts, distinct values      " + f("a_tp", "a_fp", "a_fn"),
    ]
    if R["am_on"]:
        L.append("(a2) amounts, mentions             " + f("am_tp", "am_fp", "am_fn"))
    L += [
        "(b)  full claim type+roles+amount  " + f("b_tp", "b_fp", "b_fn"),
        "(b') type+parties+amount           " + f("l_tp", "l_fp", "l_fn"),
        "(c)  status on matched claims      "
        + f("c_tp", "c_fp", "c_fn")
        + "   accuracy %.3f" % (R["st_ok"] / R["st_n"] if R["st_n"] else 1),
        "direction errors (F1 of b' - F1 of b)  %.3f" % figures(R)["direction"],
        "(d)  evidence on matched claims    "
        + f("e_tp", "e_fp", "e_fn")
        + "   accuracy %.3f" % (R["ev_ok"] / R["ev_n"] if R["ev_n"] else 1),
        "     polarity accuracy %.3f, qualifier accuracy %.3f, metric-name accuracy %.3f"
        % (
            R["pol_ok"] / R["st_n"] if R["st_n"] else 1,
            R["q_ok"] / R["q_n"] if R["q_n"] else 1,
            R["mt_ok"] / R["mt_n"] if R["mt_n"] else 1,
        ),
        "(n)  false positives in noise regions: %d" % R["noise"],
    ]
    return "\n".join(L)


def stem(name):
    return re.sub(r"\.(txt|html?|pdf|eml)$", "", os.path.basename(str(name)))


def docs_of(j):
    if "documents" in j:
        return {stem(d["doc_id"]): d for d in j["documents"]}
    return {stem(k): dict(doc_id=k, claims=v) for k, v in j.items() if isinstance(v, list)}


def judged(pred, gold, labelled):
    """the predictions this gold can judge: a type of UNLABELLED counts only where the gold file, or a type_alt of this document, has it"""
    have = labelled | {t for c in gold for t in c.get("type_alt") or []}
    return [c for c in pred if c.get("type") not in UNLABELLED or c.get("type") in have]


def run(gj, pj):
    G, P = docs_of(gj), docs_of(pj)
    labelled = {c["type"] for d in G.values() for c in d.get("claims") or []}
    T = collections.Counter()
    per = {}
    types = collections.defaultdict(collections.Counter)
    errs = {}
    for k, d in G.items():
        if d.get("unlabelled"):
            continue
        p = {"claims": judged((P.get(k) or {}).get("claims") or [], d["claims"], labelled)}
        R, e = score_doc(d["claims"], p["claims"], d.get("noise_regions") or [])
        per[k] = R
        errs[k] = e
        T.update(R)
        for t in {c["type"] for c in d["claims"]} | {c.get("type") for c in p["claims"]}:
            R2, _ = score_doc(
                [c for c in d["claims"] if c["type"] == t], [c for c in p["claims"] if c.get("type") == t], []
            )
            types[t].update(R2)
    return T, per, types, errs


def corrupt(gj, seed=7):
    """a copy with known damage: the selftest's second half"""
    r = random.Random(seed)
    j = copy.deepcopy(gj)
    log = collections.Counter()
    for d in j["documents"]:
        out = []
        for c in d["claims"]:
            x = r.random()
            if x < 0.10:
                log["dropped"] += 1
                continue
            if x < 0.20 and c.get("amount"):
                for k in ("low", "high"):
                    if c["amount"].get(k) is not None:
                        c["amount"][k] *= 1000
                c["amount"].pop("equivalents", None)
                log["amount x1000"] += 1
            elif x < 0.30 and len(c["roles"]) > 1:
                k = list(c["roles"])
                c["roles"][k[0]], c["roles"][k[1]] = c["roles"][k[1]], c["roles"][k[0]]
                log["roles swapped"] += 1
            elif x < 0.40:
                c["status"] = "XX"
                log["status"] += 1
            elif x < 0.50:
                c["evidence"] = [dict(start=10**6, end=10**6 + 50, text="zzz")]
                log["evidence"] += 1
            out.append(c)
        for z in d.get("noise_regions") or []:
            out.append(
                dict(
                    type="valuation",
                    roles={"company": ["Noise Corp"]},
                    amount=dict(low=1.23456, high=1.23456, currency="USD", unit="money"),
                    status="actual",
                    evidence=[dict(start=z["start"], end=min(z["end"], z["start"] + 60))],
                )
            )
            log["noise claim"] += 1
        d["claims"] = out
    return j, dict(log)


def show(gj, texts):
    for d in gj["documents"]:
        t = open(os.path.join(texts, stem(d["doc_id"]) + ".txt"), encoding="utf-8", newline="").read()
        print("==", d["doc_id"], d.get("doc_date"))
        for i, c in enumerate(d["claims"]):
            print(
                "%s %s %s | %s | %s%s"
                % (
                    claim_id(c, i),
                    c["type"],
                    json.dumps(c["roles"], ensure_ascii=False),
                    (c.get("amount") or {}).get("text"),
                    c["status"],
                    " (optional)" if c.get("optional") else "",
                )
            )
            for s, e in spans(c):
                print("      [%d:%d] %s" % (s, e, t[s:e]))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("gold")
    ap.add_argument("pred", nargs="?")
    ap.add_argument("--aliases")
    ap.add_argument("--texts", default=".")
    for o in ("--by-doc", "--by-type", "--json", "--selftest", "--show"):
        ap.add_argument(o, action="store_true")
    ap.add_argument("--errors", type=int, default=0)
    add_gates(ap)
    a = ap.parse_args()
    gj = json.load(open(a.gold, encoding="utf-8"))
    if a.show:
        show(gj, a.texts)
        return
    if a.aliases:
        for canon, al in json.load(open(a.aliases, encoding="utf-8")).items():
            for x in al:
                FAMILY[re.sub(r"[^\w&]+", " ", x.lower()).strip()] = norm(canon)
    if a.selftest:
        T, per, ty, _ = run(gj, copy.deepcopy(gj))
        print("== gold against gold")
        print(report(T))
        bad = [
            k
            for k in (
                "a_fp",
                "a_fn",
                "am_fp",
                "am_fn",
                "b_fp",
                "b_fn",
                "l_fp",
                "l_fn",
                "c_fp",
                "c_fn",
                "e_fp",
                "e_fn",
                "noise",
            )
            if T[k]
        ]
        cj, log = corrupt(gj)
        T2, *_ = run(gj, cj)
        print("== damaged copy", log)
        print(report(T2))
        T3, *_ = run(gj, {"documents": []})
        print("== empty prediction")
        print(report(T3))
        print("SELFTEST", "FAILED " + str(bad) if bad else "OK")
        sys.exit(bool(bad))
    if not a.pred:
        ap.error("PRED is missing")
    pj = json.load(open(a.pred, encoding="utf-8"))
    T, per, types, errs = run(gj, pj)
    if a.json:
        print(json.dumps(dict(figures=figures(T), total=T, per_doc=per, by_type=types), indent=1))
    else:
        print(report(T))
        if a.by_doc:
            for k, R in per.items():
                print(
                    "%-40s amounts F1 %.3f  claims F1 %.3f  pred %d gold %d noise %d"
                    % (k[:40], figures(R)["amounts"], figures(R)["claims"], R["pred"], R["gold"], R["noise"])
                )
        if a.by_type:
            for t, R in sorted(types.items(), key=str):
                print("%-22s P %.3f R %.3f F1 %.3f  gold %d" % (t, *prf(R["b_tp"], R["b_fp"], R["b_fn"]), R["gold"]))
        for k, e in errs.items():
            for x in e[: a.errors]:
                print(k, *x)
    bad = failed_gates(figures(T), a)
    for x in bad:
        print("BELOW THE GATE:", x, file=sys.stderr)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
