//! The promises about speed, memory and size, measured: `cargo bench`.
//!
//! Every speed is a ratio of two programs that ran in turns on one machine, so that it means the same on another. A promise
//! is kept if it holds both for the fastest run of each program and for the median run of each. The table is Markdown; the
//! exit code is 1 if a promise is not kept. A row whose tool is not installed says "not measured".

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a table on stdout, and what it is doing on stderr")]

mod inputs;
mod measure;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde_json::Value;

use measure::Limit::{AtLeast, AtMost};
use measure::{Report, Result, Run, SIMDJSON, ratio};

const NAMES: usize = 1_000_000;
/// The bytes of the plan.
const PLAN: usize = 100_000_000;
/// As many findings as make 250 MB.
const FINDINGS: usize = 142_000;
/// As many lines of a bill as make 200 MB.
const BILL: usize = 1_000_000;

/// What makes an empty program as the release profile makes ours.
const LIKE_OURS: &str = "-Copt-level=s -Clto=fat -Ccodegen-units=1 -Cpanic=abort -Cstrip=symbols";

/// A hash join on the exact name: the table is the first file, the names are the second.
const JOIN: &str = r#"BEGIN { FS = OFS = "\t" } NR == FNR { t[$1] = $2; next } { print $0, ($0 in t) ? t[$0] : "" }"#;

/// Two ways to the types in a plan: wherever a type stands, and where resources stand. The faster one counts.
const TYPES: [&str; 2] =
    [".. | .type? // empty", ".planned_values.root_module | recurse(.child_modules[]?) | .resources[]?.type"];

/// What a finding says of which check.
const RESULTS: &str = ".Findings[] | [.Compliance.SecurityControlId, .Compliance.Status] | @tsv";

/// Reads all of stdin and parses it with simdjson.
const PARSE: &str = "import sys, simdjson; simdjson.Parser().parse(sys.stdin.buffer.read())";

/// The resources of a bill by service, which `whose matrix` counts too.
const SERVICES: &str = "copy (select ServiceName, count(distinct ResourceId) from read_csv('/dev/stdin', all_varchar = true) \
     group by 1) to '/dev/stdout'";

fn main() -> ExitCode {
    // Without the flag this is `cargo test --all-targets`, which only asks whether it builds.
    if !std::env::args().any(|arg| arg == "--bench") {
        return ExitCode::SUCCESS;
    }
    match measure() {
        Ok(kept) => ExitCode::from(u8::from(!kept)),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure() -> Result<bool> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let whose = release_program()?;
    let mut report = Report::new();
    look_ups(&mut report, &whose, &empty_program(home)?)?;
    names(&mut report, &whose, home)?;
    plan(&mut report, &whose, home)?;
    findings(&mut report, &whose, home)?;
    bill(&mut report, &whose, home)?;
    growth(&mut report, &whose, home)?;
    let megabytes = f64::from(u32::try_from(fs::metadata(&whose)?.len())?) / 1e6;
    report.row("the program, MB", &[], Some(AtMost(5.0)), || Ok([megabytes; 2]))?;
    print!("{}", report.markdown());
    Ok(report.kept)
}

fn look_ups(report: &mut Report, whose: &Path, empty: &Path) -> Result<()> {
    let theirs = Run::new(empty, &[]);
    for (args, wall, instructions) in [(&["rds", "os", "--short"][..], 1.5, 4.0), (&["rds", "-o", "table"], 2.0, 12.0)]
    {
        let ours = Run::new(whose, args);
        let call = format!("`whose {}`", args.join(" "));
        let what = format!("{call}: wall time, × an empty program's");
        report.row(&what, &[], Some(AtMost(wall)), || ratio(1000, &ours, &theirs, Run::seconds))?;
        let what = format!("{call}: instructions, × an empty program's");
        report.row(&what, &["valgrind"], Some(AtMost(instructions)), || ratio(1, &ours, &theirs, Run::instructions))?;
        let what = format!("{call}: peak memory, × an empty program's");
        report.row(&what, &["time"], Some(AtMost(3.0)), || ratio(15, &ours, &theirs, Run::peak))?;
    }
    Ok(())
}

fn names(report: &mut Report, whose: &Path, home: &Path) -> Result<()> {
    let [again, once, few, nobody, table] =
        ["again.txt", "once.txt", "few.txt", "nobody.txt", "table.tsv"].map(|name| home.join(name));
    let known = inputs::known_names(whose)?;
    inputs::write_names(&again, &known, NAMES, false)?;
    inputs::write_names(&once, &known, NAMES, true)?;
    inputs::write_names(&few, &known, NAMES / 100, true)?;
    inputs::write_unknown_names(&nobody, NAMES / 20)?;
    let rows: Vec<String> = known.iter().map(|(name, service)| format!("{name}\t{service}\n")).collect();
    fs::write(&table, rows.concat())?;

    let resolve = |names: &Path, format| Run::new(whose, &["resolve", "-", "-o", format]).reading(names);
    for (what, names, limit) in [
        ("`whose resolve -`, a million names, no ARN twice: time, × `mawk`'s", &once, Some(AtMost(1.5))),
        ("the same names again and again: time, × `mawk`'s", &again, None),
    ] {
        let answers = resolve(names, "tsv").output()?.lines().count();
        if answers != NAMES {
            return Err(format!("{answers} answers to {NAMES} names").into());
        }
        let theirs = Run::new(Path::new("mawk"), &[JOIN]).naming(&table).naming(names);
        report.row(what, &["mawk"], limit, || ratio(7, &resolve(names, "tsv"), &theirs, Run::seconds))?;
    }
    for format in ["csv", "ndjson"] {
        for (names, of) in [(&once, "a million names"), (&nobody, "50,000 names that nobody has")] {
            let what = format!("`whose resolve - -o {format}`, {of}: time, × tsv's");
            report.row(&what, &[], Some(AtMost(3.0)), || {
                ratio(5, &resolve(names, format), &resolve(names, "tsv"), Run::seconds)
            })?;
        }
    }
    for format in ["tsv", "ndjson"] {
        let what = format!("`whose resolve - -o {format}`: peak memory, × that of ten thousand names");
        let figures = || ratio(1, &resolve(&once, format), &resolve(&few, format), Run::peak);
        report.row(&what, &["time"], Some(AtMost(1.1)), figures)?;
    }
    Ok(())
}

fn plan(report: &mut Report, whose: &Path, home: &Path) -> Result<()> {
    let plan = home.join("plan.json");
    let resources = inputs::write_plan(&plan, PLAN)?;
    let layer = ["matrix", "-", "-o", "ndjson", "--layer", "customer-data"];
    let mut counted = 0;
    for line in Run::new(whose, &layer).reading(&plan).output()?.lines() {
        counted += serde_json::from_str::<Value>(line)?["resources"].as_u64().unwrap_or(0);
    }
    if counted != resources {
        return Err(format!("`whose matrix` counts {counted} of the plan's {resources} resources").into());
    }
    let ours = Run::new(whose, &["matrix", "-"]).reading(&plan);
    json(report, "`whose matrix -`, a plan of 100 MB", &ours, &plan, &TYPES)
}

fn findings(report: &mut Report, whose: &Path, home: &Path) -> Result<()> {
    let findings = home.join("findings.json");
    inputs::write_findings(&findings, FINDINGS)?;
    let ours = Run::new(whose, &["gaps", "rds", "s3", "--findings", "-"]).reading(&findings);
    json(report, "`whose gaps`, 250 MB of ASFF", &ours, &findings, &[RESULTS])
}

/// What is promised of large JSON: as fast as simdjson parses it, faster than jaq and jq (by the fastest of `filters`) read
/// the same from it, in little memory.
fn json(report: &mut Report, call: &str, ours: &Run, input: &Path, filters: &[&str]) -> Result<()> {
    for (tool, least) in [("jq", 6.0), ("jaq", 4.0)] {
        report.row(&format!("{call}: speed, × `{tool}`'s"), &[tool], Some(AtLeast(least)), || {
            let mut fastest: Option<(f64, Run)> = None;
            for filter in filters {
                let run = Run::new(Path::new(tool), &["-r", filter]).reading(input);
                let seconds = run.seconds()?;
                if fastest.as_ref().is_none_or(|(least, _)| seconds < *least) {
                    fastest = Some((seconds, run));
                }
            }
            let (_, theirs) = fastest.ok_or("no filter")?;
            ratio(3, &theirs, ours, Run::seconds)
        })?;
    }
    let theirs = Run::new(Path::new("python3"), &["-c", PARSE]).reading(input);
    let what = format!("{call}: speed, × simdjson's");
    report.row(&what, &[SIMDJSON], Some(AtLeast(1.0)), || ratio(5, &theirs, ours, Run::seconds))?;
    let what = format!("{call}: peak memory, MB");
    report.row(&what, &["time"], Some(AtMost(16.0)), || Ok([ours.peak()? / 1e6; 2]))
}

fn bill(report: &mut Report, whose: &Path, home: &Path) -> Result<()> {
    let bill = home.join("bill.csv");
    inputs::write_bill(&bill, BILL)?;
    let ours = Run::new(whose, &["matrix", "-"]).reading(&bill);
    let theirs = Run::new(Path::new("duckdb"), &["-c", SERVICES]).reading(&bill);
    let what = "`whose matrix -`, a bill of 200 MB: speed, × `duckdb`'s";
    report.row(what, &["duckdb"], None, || ratio(5, &theirs, &ours, Run::seconds))?;
    report.row("the same: peak memory, MB", &["time"], None, || Ok([ours.peak()? / 1e6; 2]))
}

/// Writes an input of a size.
type Write = fn(&Path, usize) -> Result<()>;

/// How much longer eight times as much takes, divided by eight: 1 where time is linear, 8 where it is quadratic. The largest
/// of the steps from one to two, four and eight times counts.
fn growth(report: &mut Report, whose: &Path, home: &Path) -> Result<()> {
    let input = home.join("growth");
    let readers: [(&str, &[&str], usize, Write); 8] = [
        ("a plan", &["matrix", "-"], 10_000_000, |to, size| inputs::write_plan(to, size).map(drop)),
        ("findings", &["gaps", "rds", "--findings", "-"], 10_000, inputs::write_findings),
        ("a bill", &["matrix", "-"], 50_000, inputs::write_bill),
        ("a csv of ARNs", &["matrix", "-"], 50_000, inputs::write_arns),
        ("a template in YAML", &["matrix", "-"], 10_000, inputs::write_template),
        ("SAM, Globals that every function inherits", &["matrix", "-"], 1_000, inputs::write_sam),
        ("names that nobody has", &["resolve", "-", "-o", "ndjson"], 10_000, inputs::write_unknown_names),
        ("an overlay with a fault in every service", &["check", "/dev/stdin"], 1_000, inputs::write_faults),
    ];
    for (what, args, size, write) in readers {
        report.row(&format!("growth, {what}"), &[], Some(AtMost(1.5)), || {
            let run = Run::new(whose, args).reading(&input);
            let seconds = |times: usize| {
                write(&input, size * times)?;
                let mut all = (0..5).map(|_| run.seconds()).collect::<Result<Vec<f64>>>()?;
                all.sort_by(f64::total_cmp);
                Ok::<_, Box<dyn std::error::Error>>([all[0], all[2]])
            };
            let once = seconds(1)?;
            let mut most = [0.0_f64; 2];
            for (times, factor) in [(2, 2.0), (4, 4.0), (8, 8.0)] {
                let more = seconds(times)?;
                for (most, (more, once)) in most.iter_mut().zip(more.into_iter().zip(once)) {
                    *most = most.max(more / once / factor);
                }
            }
            Ok(most)
        })?;
    }
    Ok(())
}

/// Builds the release program. The one that cargo has built beside this file may differ from it: its libraries have the
/// features that the tests ask for as well.
fn release_program() -> Result<PathBuf> {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--bin", "whose", "--message-format", "json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()?;
    let messages = String::from_utf8(built.stdout)?;
    let mut programs = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    programs.next_back().filter(|_| built.status.success()).ok_or_else(|| "the release program does not build".into())
}

fn empty_program(home: &Path) -> Result<PathBuf> {
    let (source, program) = (home.join("empty.rs"), home.join("empty"));
    fs::write(&source, "fn main() {}\n")?;
    let mut rustc = Command::new("rustc");
    rustc.args(LIKE_OURS.split(' ')).arg("--edition=2024").arg("-o").args([&program, &source]);
    let status = rustc.status()?;
    if status.success() { Ok(program) } else { Err("the empty program does not build".into()) }
}
