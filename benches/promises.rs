//! The promises about speed, memory and size, measured: `cargo bench`.
//!
//! Every speed is a ratio of two programs that ran in turns on one machine, so that it means the same on another. A promise
//! is kept if it holds both for the fastest run of each program and for the median run of each. The table is Markdown; the
//! exit code is 1 if a promise is not kept. What cannot be measured, because a tool is not installed, is said.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a table on stdout, and what it is doing on stderr")]

use std::error::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use Limit::{AtLeast, AtMost};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const NAMES: usize = 1_000_000;
const PLAN: usize = 100_000_000;

/// What makes an empty program as the release profile and `build.rs` make ours.
const LIKE_OURS: &str = "-Copt-level=s -Clto=fat -Ccodegen-units=1 -Cpanic=abort -Cstrip=symbols";

/// A hash join on the exact name: the table is the first file, the names are the second.
const JOIN: &str = r#"BEGIN { FS = OFS = "\t" } NR == FNR { t[$1] = $2; next } { print $0, ($0 in t) ? t[$0] : "" }"#;

/// Two ways to the types in a plan: wherever a type stands, and where resources stand. The faster one counts.
const TYPES: [&str; 2] =
    [".. | .type? // empty", ".planned_values.root_module | recurse(.child_modules[]?) | .resources[]?.type"];

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
    let mut report = Report { rows: Vec::new(), kept: true };
    look_ups(&mut report, &whose, &empty_program(home)?)?;
    names(&mut report, &whose, home)?;
    plan(&mut report, &whose, home)?;
    let megabytes = f64::from(u32::try_from(fs::metadata(&whose)?.len())?) / 1e6;
    report.row("the program, MB", None, Some(AtMost(4.0)), || Ok([megabytes; 2]))?;
    print!("{}", report.markdown());
    Ok(report.kept)
}

fn look_ups(report: &mut Report, whose: &Path, empty: &Path) -> Result<()> {
    let theirs = Run::new(empty, &[]);
    for (args, wall, instructions) in [(&["rds", "os", "--short"][..], 1.5, 4.0), (&["rds", "-o", "table"], 1.75, 12.0)]
    {
        let ours = Run::new(whose, args);
        let call = format!("`whose {}`", args.join(" "));
        let what = format!("{call}: wall time, × an empty program's");
        report.row(&what, None, Some(AtMost(wall)), || ratio(1000, &ours, &theirs, Run::seconds))?;
        let what = format!("{call}: instructions, × an empty program's");
        report
            .row(&what, Some("valgrind"), Some(AtMost(instructions)), || ratio(1, &ours, &theirs, Run::instructions))?;
        let what = format!("{call}: peak memory, × an empty program's");
        report.row(&what, Some("time"), Some(AtMost(2.0)), || ratio(15, &ours, &theirs, Run::peak))?;
    }
    Ok(())
}

fn names(report: &mut Report, whose: &Path, home: &Path) -> Result<()> {
    let [again, once, few, table] = ["again.txt", "once.txt", "few.txt", "table.tsv"].map(|name| home.join(name));
    let known = known_names(whose)?;
    write_names(&again, &known, NAMES, false)?;
    write_names(&once, &known, NAMES, true)?;
    write_names(&few, &known, NAMES / 100, true)?;
    let rows: Vec<String> = known.iter().map(|(name, service)| format!("{name}\t{service}\n")).collect();
    fs::write(&table, rows.concat())?;

    let ours = |names: &Path| Run::new(whose, &["resolve", "-", "-o", "tsv"]).reading(names);
    for (what, names, limit) in [
        ("`whose resolve -`, a million names: speed, × `mawk`'s", &again, None),
        ("the same, no ARN twice: speed, × `mawk`'s", &once, Some(AtLeast(0.67))),
    ] {
        let answers = ours(names).output()?.lines().count();
        if answers != NAMES {
            return Err(format!("{answers} answers to {NAMES} names").into());
        }
        let theirs = Run::new(Path::new("mawk"), &[JOIN]).naming(&table).naming(names);
        report.row(what, Some("mawk"), limit, || ratio(15, &theirs, &ours(names), Run::seconds))?;
    }
    let what = "the same: peak memory, × that of ten thousand names";
    report.row(what, Some("time"), Some(AtMost(1.1)), || ratio(1, &ours(&once), &ours(&few), Run::peak))
}

fn plan(report: &mut Report, whose: &Path, home: &Path) -> Result<()> {
    let plan = home.join("plan.json");
    let resources = write_plan(&plan)?;
    let layer = ["matrix", "-", "-o", "ndjson", "--layer", "customer-data"];
    let mut counted = 0;
    for line in Run::new(whose, &layer).reading(&plan).output()?.lines() {
        counted += serde_json::from_str::<Value>(line)?["resources"].as_u64().unwrap_or(0);
    }
    if counted != resources {
        return Err(format!("`whose matrix` counts {counted} of the plan's {resources} resources").into());
    }
    let ours = Run::new(whose, &["matrix", "-"]).reading(&plan);
    let what = "`whose matrix -`, a plan of 100 MB: speed, × `jq`'s";
    report.row(what, Some("jq"), Some(AtLeast(10.0)), || {
        let [anywhere, path] = TYPES.map(|types| Run::new(Path::new("jq"), &["-r", types]).reading(&plan));
        let faster = if anywhere.seconds()? < path.seconds()? { anywhere } else { path };
        ratio(7, &faster, &ours, Run::seconds)
    })?;
    report.row("the same: peak memory, MB", Some("time"), Some(AtMost(16.0)), || Ok([ours.peak()? / 1e6; 2]))
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
    let fixed = cfg!(all(target_os = "linux", target_env = "gnu")).then_some("-Clink-arg=-no-pie");
    let mut rustc = Command::new("rustc");
    rustc.args(LIKE_OURS.split(' ')).args(fixed).arg("--edition=2024").arg("-o").args([&program, &source]);
    let status = rustc.status()?;
    if status.success() { Ok(program) } else { Err("the empty program does not build".into()) }
}

/// Names of every kind that the catalogue lists, each with its service, as `whose export` tells them: ids, types, IAM
/// prefixes, billing codes, and ARNs made of the prefixes; and some that nobody has.
fn known_names(whose: &Path) -> Result<Vec<(String, String)>> {
    let export: Value = serde_json::from_str(&Run::new(whose, &["export", "json"]).output()?)?;
    let mut names = Vec::new();
    for service in export["results"].as_array().into_iter().flatten() {
        let id = service["service"].as_str().unwrap_or_default();
        for (kind, identifiers) in service["identifiers"].as_object().into_iter().flatten() {
            for name in identifiers.as_array().into_iter().flatten().filter_map(Value::as_str) {
                names.push((name.to_owned(), id.to_owned()));
                if kind == "iam" {
                    for (region, account) in [("eu-central-1", 111_122_223_333_u64), ("us-east-1", 444_455_556_666)] {
                        let arn = format!("arn:aws:{name}:{region}:{account}:resource/production");
                        names.push((arn, id.to_owned()));
                    }
                }
            }
        }
    }
    let unknown = (0..names.len() / 20).map(|n| (format!("acme_{n}_of_nobody"), String::new()));
    names.extend(unknown.collect::<Vec<_>>());
    Ok(names)
}

/// Mixes the names, without chance: every run and every machine gets the same list.
fn write_names(to: &Path, known: &[(String, String)], count: usize, every_arn_once: bool) -> Result<()> {
    let mut out = BufWriter::new(File::create(to)?);
    for n in 0..count {
        let (name, _) = &known[n * 7_919 % known.len()];
        out.write_all(name.as_bytes())?;
        if every_arn_once && name.starts_with("arn:") {
            write!(out, "-{n}")?;
        }
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Writes a plan as `terraform show -json` does and tells how many resources of AWS are in it: modules in modules, other
/// providers, data sources, and every resource twice, among the planned values and among the changes.
fn write_plan(to: &Path) -> Result<u64> {
    let (mut modules, mut changes, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    let (mut own, mut number) = (0, 0);
    while modules.len() + changes.len() < PLAN {
        let team = format!("module.team[\"{number}\"]");
        let mut inner = Vec::new();
        for part in ["network", "service", "data"] {
            let address = format!("{team}.module.{part}");
            let mut resources = Vec::new();
            for _ in 0..KINDS {
                let resource = resource(&address, number);
                let after = &resource["values"];
                own += u64::from(resource["type"].as_str().is_some_and(|kind| kind.starts_with("aws_")));
                let change = json!({ "actions": ["create"], "before": null, "after": after, "after_unknown": { "id": true },
                    "before_sensitive": false, "after_sensitive": { "tags": {} } });
                let named = ["address", "mode", "type", "name", "provider_name"];
                let mut record: Vec<(String, Value)> =
                    named.iter().map(|field| ((*field).to_owned(), resource[*field].clone())).collect();
                record.push(("change".to_owned(), change));
                append(&mut changes, &record.into_iter().collect())?;
                resources.push(resource);
                number += 1;
            }
            inner.push(json!({ "resources": resources, "address": address }));
        }
        let role = json!({ "address": format!("{team}.data.aws_iam_policy_document.this"), "mode": "data",
            "type": "aws_iam_policy_document", "name": "this", "provider_name": AWS, "values": policy() });
        append(&mut sources, &json!({ "resources": [role], "address": team }))?;
        append(&mut modules, &json!({ "resources": [], "address": team, "child_modules": inner }))?;
    }
    let mut out = BufWriter::new(File::create(to)?);
    for piece in [
        br#"{"format_version":"1.2","terraform_version":"1.9.5","planned_values":{"root_module":{"child_modules":["#,
        &modules[..],
        br#"]}},"resource_changes":["#,
        &changes,
        br#"],"prior_state":{"format_version":"1.0","values":{"root_module":{"child_modules":["#,
        &sources,
        b"]}}}}\n",
    ] {
        out.write_all(piece)?;
    }
    out.flush()?;
    Ok(own)
}

/// One more element of a JSON list.
fn append(list: &mut Vec<u8>, value: &Value) -> Result<()> {
    if !list.is_empty() {
        list.push(b',');
    }
    Ok(serde_json::to_writer(list, value)?)
}

const AWS: &str = "registry.terraform.io/hashicorp/aws";

/// How many kinds of resources there are.
const KINDS: usize = 10;

fn resource(module: &str, number: usize) -> Value {
    let (kind, mut values) = match number % KINDS {
        0 => (
            "aws_instance",
            json!({ "instance_type": "m5.large", "ami": "ami-0123456789abcdef0", "monitoring": true,
            "root_block_device": [{ "encrypted": true, "volume_size": 50, "volume_type": "gp3" }] }),
        ),
        1 => (
            "aws_db_instance",
            json!({ "engine": "postgres", "engine_version": "16.4", "allocated_storage": 100,
            "storage_encrypted": true, "multi_az": true, "backup_retention_period": 14 }),
        ),
        2 => (
            "aws_lambda_function",
            json!({ "package_type": "Image", "memory_size": 512,
            "environment": [{ "variables": { "STAGE": "production", "QUERY": "select \"id\"\nfrom orders" } }] }),
        ),
        3 => ("aws_s3_bucket", json!({ "bucket": format!("orders-{number}"), "force_destroy": false })),
        4 => ("aws_iam_role", json!({ "assume_role_policy": policy().to_string(), "max_session_duration": 3600 })),
        5 => (
            "aws_ecs_service",
            json!({ "launch_type": "FARGATE", "desired_count": 3,
            "network_configuration": [{ "subnets": ["subnet-0a1b", "subnet-2c3d"], "assign_public_ip": false }] }),
        ),
        6 => (
            "aws_security_group_rule",
            json!({ "type": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443,
            "cidr_blocks": ["10.0.0.0/8", "192.168.0.0/16"] }),
        ),
        7 => ("aws_sqs_queue", json!({ "kms_master_key_id": "alias/orders", "message_retention_seconds": 345_600 })),
        8 => ("random_password", json!({ "length": 32, "special": true, "keepers": null })),
        _ => ("kubernetes_deployment", json!({ "spec": [{ "replicas": 2, "template": [{ "metadata": [{}] }] }] })),
    };
    if kind.starts_with("aws_") {
        values["arn"] = format!("arn:aws:service:eu-central-1:111122223333:{kind}/{number}").into();
        values["tags"] = json!({ "Name": format!("orders-{number}"), "team": "shop", "cost-center": "4711",
            "description": "What this is for, as somebody wrote it: \"orders\" and a path C:\\orders, ü" });
        values["tags_all"] = values["tags"].clone();
        values["timeouts"] = Value::Null;
    }
    let provider = match kind.split_once('_') {
        Some(("random", _)) => "registry.terraform.io/hashicorp/random",
        Some(("kubernetes", _)) => "registry.terraform.io/hashicorp/kubernetes",
        _ => AWS,
    };
    json!({ "address": format!("{module}.{kind}.this"), "mode": "managed", "type": kind, "name": "this",
        "provider_name": provider, "schema_version": 1, "values": values,
        "sensitive_values": { "tags": {}, "tags_all": {} } })
}

fn policy() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": "ec2.amazonaws.com" } }] })
}

/// A program with its arguments and what stands on its stdin.
struct Run {
    command: Vec<OsString>,
    stdin: Option<PathBuf>,
}

impl Run {
    fn new(program: &Path, args: &[&str]) -> Self {
        let command = [program.into()].into_iter().chain(args.iter().map(OsString::from)).collect();
        Self { command, stdin: None }
    }

    fn naming(mut self, file: &Path) -> Self {
        self.command.push(file.into());
        self
    }

    fn reading(mut self, file: &Path) -> Self {
        self.stdin = Some(file.into());
        self
    }

    /// The command, perhaps under another that watches it, in an environment that is the same everywhere.
    fn command(&self, under: &[&str]) -> Result<Command> {
        let words: Vec<OsString> = under.iter().map(OsString::from).chain(self.command.iter().cloned()).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env_clear().env("LC_ALL", "C.UTF-8").env("COLUMNS", "120").stdout(Stdio::null());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path))).stderr(Stdio::null());
        command.stdin(self.stdin.as_ref().map(File::open).transpose()?.map_or_else(Stdio::null, Stdio::from));
        Ok(command)
    }

    fn output(&self) -> Result<String> {
        Ok(String::from_utf8(self.command(&[])?.stdout(Stdio::piped()).output()?.stdout)?)
    }

    fn seconds(&self) -> Result<f64> {
        let mut command = self.command(&[])?;
        let start = Instant::now();
        let status = command.status()?;
        let seconds = start.elapsed().as_secs_f64();
        // 1 is an answer too: some of the names are nobody's.
        if matches!(status.code(), Some(0 | 1)) { Ok(seconds) } else { Err(format!("{command:?}: {status}").into()) }
    }

    /// The most memory that was resident, in bytes. GNU time forks and is small; a child of this process would be told to
    /// have been as large as this process was before it became the other program. The kernel counts pages in batches, a
    /// batch a core, so that one reading may be too low or too high: it is the median of eleven.
    fn peak(&self) -> Result<f64> {
        let mut readings = Vec::new();
        for _ in 0..11 {
            let said = self.command(&["time", "--quiet", "--format=%M"])?.stderr(Stdio::piped()).output()?.stderr;
            let kib: f64 = String::from_utf8(said)?.lines().last().unwrap_or_default().parse()?;
            readings.push(kib * 1024.0);
        }
        let [_, median] = summary(readings);
        Ok(median)
    }

    fn instructions(&self) -> Result<f64> {
        let under = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let said = String::from_utf8(self.command(&under)?.stderr(Stdio::piped()).output()?.stderr)?;
        let count = said.lines().find_map(|line| line.split_once("Collected : ")).ok_or("callgrind counts nothing")?.1;
        Ok(count.trim().parse()?)
    }
}

/// The first line of what `tool --version` says, or nothing if there is no such tool.
fn version(tool: &str) -> Option<String> {
    let flag = if tool == "mawk" { "-Wversion" } else { "--version" };
    let said = Command::new(tool).arg(flag).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?.stdout;
    String::from_utf8(said).ok()?.lines().next().map(str::to_owned)
}

/// The least and the median of some figures.
fn summary(mut figures: Vec<f64>) -> [f64; 2] {
    figures.sort_by(f64::total_cmp);
    [figures[0], figures[figures.len() / 2]]
}

/// How many times the second run's figure goes into the first's: between the least of each, and between the medians. They
/// run in turns, so that whatever else the machine does slows down both.
fn ratio(times: usize, first: &Run, second: &Run, figure: impl Fn(&Run) -> Result<f64>) -> Result<[f64; 2]> {
    let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
    for _ in 0..times {
        firsts.push(figure(first)?);
        seconds.push(figure(second)?);
    }
    let ([least, median], [other_least, other_median]) = (summary(firsts), summary(seconds));
    Ok([least / other_least, median / other_median])
}

/// What is promised of a figure; a figure of which nothing is promised is told so that nobody takes another for it.
#[derive(Clone, Copy)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// The rows so far, and whether every promise in them is kept.
struct Report {
    rows: Vec<String>,
    kept: bool,
}

impl Report {
    /// Measures, if the tool that this needs is there, and holds the figures against the limit.
    fn row(
        &mut self,
        what: &str,
        tool: Option<&str>,
        limit: Option<Limit>,
        figures: impl FnOnce() -> Result<[f64; 2]>,
    ) -> Result<()> {
        let limit_told = match limit {
            Some(AtMost(most)) => format!("at most {most}"),
            Some(AtLeast(least)) => format!("at least {least}"),
            None => String::new(),
        };
        if let Some(tool) = tool.filter(|tool| version(tool).is_none()) {
            self.rows.push(format!("| {what} | {limit_told} | | | not measured: `{tool}` is not installed |"));
            return Ok(());
        }
        eprintln!("measuring {what}");
        let [least, median] = figures()?;
        let kept = match limit {
            Some(AtMost(most)) => Some(least.max(median) <= most),
            Some(AtLeast(fewest)) => Some(least.min(median) >= fewest),
            None => None,
        };
        let verdict = kept.map_or("no promise", |kept| if kept { "kept" } else { "**not kept**" });
        self.kept &= kept != Some(false);
        self.rows.push(format!("| {what} | {limit_told} | {least:.2} | {median:.2} | {verdict} |"));
        Ok(())
    }

    fn markdown(&self) -> String {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let cpu = cpu.map_or("a processor without a name", |(_, name)| name);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').nth(1).unwrap_or("?");
        let tools = ["rustc", "mawk", "jq", "valgrind", "time"];
        let tools = tools.map(|tool| version(tool).unwrap_or_else(|| format!("no {tool}"))).join(", ");
        let rows = self.rows.join("\n");
        format!(
            "Measured with {cpu}, {cores} cores, under a load of {load}; {tools}.\n\n\
             | promise | limit | fastest run | median run | |\n| --- | --- | ---: | ---: | --- |\n{rows}\n"
        )
    }
}
