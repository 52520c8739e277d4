//! Parse, run, write once, map to an exit code.

mod stdout;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};
use stdout::Stdout;
use whose::catalogue::model::Date;
use whose::cli::{Cli, Colour, Command};
use whose::commands::{self, Context, Outcome};
use whose::output::{Canvas, Format};
use whose::pager;
use whose::sanitize::{tame, tame_lines};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if stderr is closed too.
            _ = writeln!(io::stderr(), "error: {}", tame_lines(&format!("{error:#}")));
            ExitCode::from(2)
        }
    }
}

fn run() -> anyhow::Result<ExitCode> {
    if commands::completions::answer(Cli::command)? {
        return Ok(ExitCode::SUCCESS);
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let terminal = io::stdout().is_terminal();
    let mut overlays = cli.global.catalogue.clone();
    // What does not ask the catalogue works with a faulty one too: `check` is how it is mended.
    let asks = cli.command.as_ref().is_none_or(Command::asks_the_catalogue);
    if let Some(overlay) = commands::overlay_of_environment().filter(|_| overlays.is_empty() && asks) {
        _ = writeln!(
            io::stderr(),
            "WHOSE_CATALOGUE: {} is on top of the catalogue",
            tame(&overlay.display().to_string())
        );
        overlays.push(overlay);
    }
    let catalogue = commands::open(&overlays)?;
    let context = Context {
        catalogue: &catalogue,
        format: cli.global.output.unwrap_or(if terminal { Format::Table } else { Format::Tsv }),
        canvas: canvas(cli.global.color, terminal),
        title: cli.global.title.as_deref().filter(|title| !title.trim().is_empty()),
        made: today(),
    };
    let mut out = io::BufWriter::with_capacity(1 << 16, Stdout::lock());
    let Outcome { text, notes, no } = cli.run(&context, &mut out)?;
    // Notes first: where both streams meet, what a table leaves out is said before the table ends the screen.
    for note in notes {
        _ = writeln!(io::stderr(), "{}", tame_lines(&note));
    }
    let is_table = context.format == Format::Table;
    let is_paged = is_table && !cli.global.no_pager && pager::is_wanted(text.lines().count()) && pager::show(&text)?;
    if !is_paged {
        out.write_all(text.as_bytes())?;
    }
    out.flush()?;
    // The process ends here: what the catalogue takes need not be given back piece by piece.
    std::mem::forget(catalogue);
    Ok(ExitCode::from(u8::from(no)))
}

/// The day in UTC: of SOURCE_DATE_EPOCH where that is set, so that the same page can be made again.
fn today() -> Option<Date> {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let seconds = given.or_else(|| Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs()));
    seconds.and_then(Date::of_unix_time)
}

/// Help and version are answers; every other failure of the parser is a question that could not be answered.
fn usage(error: &clap::Error) -> anyhow::Result<ExitCode> {
    let typed: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidArg)
        && error.kind() == ErrorKind::UnknownArgument
        && let Some(meant) = commands::guess_flag(unknown, &typed)
    {
        _ = writeln!(io::stderr(), "error: unexpected argument `{}`\n  try: {}", tame(unknown), tame(&meant));
        return Ok(ExitCode::from(2));
    }
    // A message repeats what was typed, and colours are control characters: it has either, never both.
    let plain = tame_lines(&error.render().to_string());
    let coloured = |terminal| canvas(Colour::Auto, terminal).colour && !typed_controls();
    let text = |terminal| if coloured(terminal) { error.render().ansi().to_string() } else { plain.clone() };
    if error.use_stderr() {
        _ = write!(io::stderr(), "{}", text(io::stderr().is_terminal()));
        return Ok(ExitCode::from(2));
    }
    let text = text(io::stdout().is_terminal());
    let mut out = Stdout::lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Whether an argument holds characters that must not reach a terminal.
fn typed_controls() -> bool {
    std::env::args_os().any(|argument| {
        let argument = argument.to_string_lossy();
        tame(&argument) != argument
    })
}

fn canvas(colour: Colour, terminal: bool) -> Canvas {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let on = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(width, _)| width.0);
    Canvas {
        width: columns.or_else(measured).unwrap_or(80).clamp(60, 200),
        colour: match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => !set("NO_COLOR") && (terminal && !is_dumb || on("CLICOLOR_FORCE")),
        },
        unicode: cfg!(windows) || speaks_unicode(),
    }
}

/// Whether the locale is one in which line-drawing characters show; without any locale, they do.
fn speaks_unicode() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Whether the reader of stdout has gone, which is no failure.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe))
}
