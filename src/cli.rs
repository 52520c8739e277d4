//! The command line: the words of `whose`, and which command each leads to.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::catalogue::model::Control;
use crate::catalogue::resolve::Meaning;
use crate::commands::man::{EXAMPLES, EXIT_CODES};
use crate::commands::{
    Context, Outcome, categories, check, completions, controls, duties, export, gaps, layers, man, matrix, resolve,
    schema, services, show,
};
use crate::output::Format;
use crate::progress::Progress;

/// What `-h` ends with: the examples with which most people begin.
fn first_examples() -> String {
    let first: Vec<&str> = EXAMPLES.lines().filter(|line| FIRST.iter().any(|call| line.starts_with(call))).collect();
    format!("Examples:\n  {}", first.join("\n  "))
}

/// How the examples in `-h` begin.
const FIRST: [&str; 4] = ["whose rds  ", "whose rds os", "whose matrix", "terraform"];

/// What `--help` ends with.
fn examples_and_exit_codes() -> String {
    let mut text = format!("Examples:\n  {}\n\nExit codes:", EXAMPLES.replace('\n', "\n  "));
    for (code, meaning) in EXIT_CODES {
        text.push_str(&format!("\n  {code}  {meaning}"));
    }
    text
}

/// Who secures what on AWS: AWS or you; what each must do; which page says so
///
/// AWS calls the two sides security OF the cloud, which is its own (facilities, hardware, hypervisor, its services' software), and
/// security IN the cloud, which is the customer's (data, access, configuration, code). What lies between moves with the service
/// and with the way it is run: `whose categories` draws it, `whose layers` explains the layers.
#[derive(Debug, Parser)]
#[command(
    name = "whose",
    version,
    override_usage = "whose [OPTIONS] <NAME[@MODE]> [LAYER]\n       whose [OPTIONS] <COMMAND>",
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    help_expected = true,
    max_term_width = 100,
    after_help = first_examples(),
    after_long_help = examples_and_exit_codes(),
)]
pub struct Cli {
    /// What to do; without a word of its own it is `show`.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The arguments of a bare `whose NAME [LAYER]`.
    #[command(flatten)]
    pub show: Option<show::Args>,

    /// The flags that every command takes.
    #[command(flatten)]
    pub global: Global,
}

impl Cli {
    /// Runs the command that was asked for. `out` is for streams alone; everything else is in the outcome.
    ///
    /// # Errors
    ///
    /// Whatever keeps the question from being answered.
    pub fn run(&self, context: &Context<'_>, out: &mut dyn io::Write) -> anyhow::Result<Outcome> {
        let form = match &self.command {
            Some(Command::Export(args)) => args.form.to_possible_value().map(|form| form.get_name().to_owned()),
            Some(Command::Schema(_) | Command::Completions(_) | Command::Man(_)) => Some(String::new()),
            _ => None,
        };
        if let (Some(form), Some(format)) = (form, self.global.output)
            && form != format.to_string()
        {
            anyhow::bail!("this command has one output form, and takes no `-o {format}`\n  try: whose --help");
        }
        if self.global.title.is_some() && !matches!(context.format, Format::Html | Format::Svg) {
            anyhow::bail!(
                "--title is of a page or picture\n  try: whose matrix ec2 rds --title \"Our matrix\" -o html"
            );
        }
        // Where people type names, or see the answers come, nothing else may stand on the screen.
        let waits = !io::stdin().is_terminal()
            && (!matches!(self.command, Some(Command::Resolve(_))) || !io::stdout().is_terminal());
        // Behind a window that is worth a system call.
        let stdin = || io::BufReader::with_capacity(1 << 16, Progress::new(Stdin { is_told: false }, None, waits));
        match (&self.command, &self.show) {
            (Some(_), Some(show::Args { name, .. })) => {
                anyhow::bail!("unexpected `{name}` before a command\n  try: whose {name}, or whose --help")
            }
            (None, None) => anyhow::bail!("which service?\n  try: whose rds, or whose --help"),
            (Some(Command::Show(args)), _) => show::run(args, context),
            (None, Some(args)) => match control_meant(args, context) {
                Some(args) => controls::run(&args, context, &mut stdin()),
                None => show::run(args, context),
            },
            (Some(Command::Services(args)), _) => services::run(args, context),
            (Some(Command::Categories(args)), _) => categories::run(args, context),
            (Some(Command::Layers(args)), _) => layers::run(args, context),
            (Some(Command::Duties(args)), _) => duties::run(args, context, &mut stdin()),
            (Some(Command::Controls(args)), _) => controls::run(args, context, &mut stdin()),
            (Some(Command::Matrix(args)), _) => matrix::run(args, context, &mut stdin()),
            (Some(Command::Resolve(args)), _) => resolve::run(args, context, &mut stdin(), out),
            (Some(Command::Check(args)), _) => check::run(args, context),
            (Some(Command::Gaps(args)), _) => gaps::run(args, context, &mut stdin()),
            (Some(Command::Export(args)), _) => export::run(args, context, &mut stdin()),
            (Some(Command::Schema(args)), _) => schema::run(args),
            (Some(Command::Completions(args)), _) => completions::run(args),
            (Some(Command::Man(args)), _) => man::run(args, Self::command()),
        }
    }
}

/// Stdin, which says so when somebody must type into it.
struct Stdin {
    is_told: bool,
}

impl io::Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut stdin = io::stdin().lock();
        if !self.is_told && stdin.is_terminal() {
            // Nothing is left to do if stderr is closed.
            _ = writeln!(io::stderr(), "reading from the terminal: one name per line, and Ctrl-D at the end");
        }
        self.is_told = true;
        stdin.read(buffer)
    }
}

/// The question that `whose AC-2` and `whose rds AC-2` ask: a control stands where a service or a layer does.
fn control_meant(args: &show::Args, context: &Context<'_>) -> Option<controls::Args> {
    let is_control = |word: &str| {
        Control::from_spelling(word).is_some() && matches!(context.catalogue.resolve(word).meaning, Meaning::Control(_))
    };
    let plain = args.more.is_empty() && args.is.is_empty() && !args.short;
    let (names, control) = match &args.layer {
        None => (Vec::new(), &args.name),
        Some(service) if is_control(&args.name) => (vec![service.clone()], &args.name),
        Some(control) => (vec![args.name.clone()], control),
    };
    let asked = plain && is_control(control) && context.catalogue.find_layer(control).is_none();
    asked.then(|| controls::Args { names, control: vec![control.clone()], ..controls::Args::default() })
}

/// The flags that every command takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Global {
    /// table|tsv|csv|json|ndjson|yaml|markdown|html|svg
    ///
    /// A terminal gets a table, a pipe tsv. md, yml and jsonl are understood.
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        ignore_case = true,
        hide_possible_values = true,
        help_heading = "Global options"
    )]
    pub output: Option<Format>,

    /// The title of a page or picture (-o html, -o svg)
    #[arg(long, global = true, value_name = "TEXT", help_heading = "Global options")]
    pub title: Option<String>,

    /// Colour: auto, always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true,
        help_heading = "Global options"
    )]
    pub color: Colour,

    /// Show long tables at once, without a pager
    #[arg(long, global = true, help_heading = "Global options")]
    pub no_pager: bool,

    /// Your own catalogue on top [env: WHOSE_CATALOGUE]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub catalogue: Vec<PathBuf>,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set; elsewhere if CLICOLOR_FORCE is
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
// The arguments of the one command that is asked for are made, not those of all. So a doc comment on a struct of arguments
// would take the place of the command's here.
#[command(defer = true)]
pub enum Command {
    /// Who secures a service; `whose rds` is short for it
    Show(show::Args),
    /// List or search services; where a party holds a layer
    Services(services::Args),
    /// The three categories side by side; one in full
    Categories(categories::Args),
    /// The layers and who holds each by default; one in full
    Layers(layers::Args),
    /// What each side must do, duty by duty
    Duties(duties::Args),
    /// NIST controls × services: inherited, shared, or yours
    Controls(controls::Args),
    /// Layers × services: of names, or of an inventory such as a plan
    Matrix(matrix::Args),
    /// Which of your duties checks have proven, disproved or not seen
    Gaps(gaps::Args),
    /// Which service a name, ARN or resource type means
    Resolve(resolve::Args),
    /// The catalogue, or some services, as json, csv, OSCAL or a page
    Export(export::Args),
    /// The faults of a catalogue file, each with its line
    Check(check::Args),
    /// The JSON Schema of records, or of a catalogue's files
    Schema(schema::Args),
    /// A script for your shell that completes what you type
    Completions(completions::Args),
    /// The manual page: whose man | man -l -
    Man(man::Args),
}

impl Command {
    /// Whether the answer depends on the catalogue, and so on an overlay.
    #[must_use]
    pub const fn asks_the_catalogue(&self) -> bool {
        !matches!(self, Self::Check(_) | Self::Schema(_) | Self::Completions(_) | Self::Man(_))
    }
}
