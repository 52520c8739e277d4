//! Programs that run, what they cost, and the table of promises.

use std::error::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use Limit::{AtLeast, AtMost};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A program with its arguments and what stands on its stdin.
pub(crate) struct Run {
    command: Vec<OsString>,
    stdin: Option<PathBuf>,
}

impl Run {
    pub(crate) fn new(program: &Path, args: &[&str]) -> Self {
        let command = [program.into()].into_iter().chain(args.iter().map(OsString::from)).collect();
        Self { command, stdin: None }
    }

    pub(crate) fn naming(mut self, file: &Path) -> Self {
        self.command.push(file.into());
        self
    }

    pub(crate) fn reading(mut self, file: &Path) -> Self {
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

    pub(crate) fn output(&self) -> Result<String> {
        Ok(String::from_utf8(self.command(&[])?.stdout(Stdio::piped()).output()?.stdout)?)
    }

    pub(crate) fn seconds(&self) -> Result<f64> {
        let mut command = self.command(&[])?;
        let start = Instant::now();
        let status = command.status()?;
        let seconds = start.elapsed().as_secs_f64();
        // 1 is an answer too: some of the names are nobody's.
        if matches!(status.code(), Some(0 | 1)) { Ok(seconds) } else { Err(format!("{command:?}: {status}").into()) }
    }

    /// The most memory that was resident, in bytes. GNU time forks and is small; a child of this process would be said to
    /// have been as large as this process was before it became the other program. The kernel counts pages in batches, one
    /// batch per core, so that one reading may be too low or too high: it is the median of eleven.
    pub(crate) fn peak(&self) -> Result<f64> {
        let mut readings = Vec::new();
        for _ in 0..11 {
            let said = self.command(&["time", "--quiet", "--format=%M"])?.stderr(Stdio::piped()).output()?.stderr;
            let kib: f64 = String::from_utf8(said)?.lines().last().unwrap_or_default().parse()?;
            readings.push(kib * 1024.0);
        }
        let [_, median] = summary(readings);
        Ok(median)
    }

    pub(crate) fn instructions(&self) -> Result<f64> {
        let under = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let said = String::from_utf8(self.command(&under)?.stderr(Stdio::piped()).output()?.stderr)?;
        let count = said.lines().find_map(|line| line.split_once("Collected : ")).ok_or("callgrind counts nothing")?.1;
        Ok(count.trim().parse()?)
    }
}

/// The first line of what `tool --version` prints, or nothing if there is no such tool. simdjson is a library, here with its
/// Python binding.
fn version(tool: &str) -> Option<String> {
    let mut command = Command::new(if tool == SIMDJSON { "python3" } else { tool });
    match tool {
        "mawk" => command.arg("-Wversion"),
        SIMDJSON => command.args(["-c", "import simdjson; print('pysimdjson', simdjson.__version__)"]),
        _ => command.arg("--version"),
    };
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    text.lines().next().map(str::to_owned)
}

/// The name under which [`version`] knows simdjson.
pub(crate) const SIMDJSON: &str = "simdjson";

/// The least and the median of some figures.
fn summary(mut figures: Vec<f64>) -> [f64; 2] {
    figures.sort_by(f64::total_cmp);
    [figures[0], figures[figures.len() / 2]]
}

/// How many times the second run's figure goes into the first's: between the least of each, and between the medians. They
/// run in turns, so that whatever else the machine does slows down both.
pub(crate) fn ratio(times: usize, first: &Run, second: &Run, figure: impl Fn(&Run) -> Result<f64>) -> Result<[f64; 2]> {
    let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
    for _ in 0..times {
        firsts.push(figure(first)?);
        seconds.push(figure(second)?);
    }
    let ([least, median], [other_least, other_median]) = (summary(firsts), summary(seconds));
    Ok([least / other_least, median / other_median])
}

/// What is promised of a figure; a figure of which nothing is promised has no limit.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// The rows so far, and whether every promise in them is kept.
pub(crate) struct Report {
    rows: Vec<String>,
    pub(crate) kept: bool,
}

impl Report {
    pub(crate) const fn new() -> Self {
        Self { rows: Vec::new(), kept: true }
    }

    /// Measures, if the tool that this needs is there, and holds the figures against the limit.
    pub(crate) fn row(
        &mut self,
        what: &str,
        tools: &[&str],
        limit: Option<Limit>,
        figures: impl FnOnce() -> Result<[f64; 2]>,
    ) -> Result<()> {
        let limit_told = match limit {
            Some(AtMost(most)) => format!("at most {most}"),
            Some(AtLeast(least)) => format!("at least {least}"),
            None => String::new(),
        };
        let missing: Vec<&str> = tools.iter().copied().filter(|tool| version(tool).is_none()).collect();
        if !missing.is_empty() {
            let missing = missing.join("`, `");
            self.rows.push(format!("| {what} | {limit_told} | | | not measured: `{missing}` is not installed |"));
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

    pub(crate) fn markdown(&self) -> String {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let cpu = cpu.map_or("a processor without a name", |(_, name)| name);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').nth(1).unwrap_or("?");
        let tools = ["rustc", "mawk", "jq", "jaq", SIMDJSON, "duckdb", "valgrind", "time"];
        let tools = tools.map(|tool| version(tool).unwrap_or_else(|| format!("no {tool}"))).join(", ");
        let rows = self.rows.join("\n");
        format!(
            "Measured with {cpu}, {cores} cores, under a load of {load}; {tools}.\n\n\
             | promise | limit | fastest run | median run | |\n| --- | --- | ---: | ---: | --- |\n{rows}\n"
        )
    }
}
