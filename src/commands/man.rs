//! `whose man [COMMAND]`: the manual page, made from the same declarations as `--help`.

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::Outcome;
use crate::catalogue::Catalogue;

/// The arguments of `man`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The command whose page is wanted; without it, the page of the program
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Calls, with what they are for; no wider than a manual page on 80 columns.
pub const EXAMPLES: &str = "\
whose rds                             who secures Amazon RDS, by layer
whose rds os                          its guest operating system, in full
whose lambda@container-image platform a mode that moves the line
whose ec2 os --is customer            silent; answers by its exit code
whose duties --service rds --party customer
whose services --layer guest-os --party customer
whose matrix ec2 fargate --diff       what changes hands
terraform show -json | whose matrix - the matrix of what you really run";

/// What the exit codes mean.
pub const EXIT_CODES: &[(&str, &str)] = &[
    ("0", "answered"),
    ("1", "answered, and the answer is no (--is is false, nothing matched, faults found)"),
    ("2", "could not answer (unknown or ambiguous name, bad usage, unreadable input)"),
];

/// What the program reads besides its arguments.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("WHOSE_CATALOGUE", "A catalogue to lay over the built-in one, where --catalogue names none."),
    ("NO_COLOR", "Where it is set, there is no colour, unless --color asks for it."),
    ("CLICOLOR_FORCE", "Where it is set and not 0, there is colour in a pipe too."),
    ("COLUMNS", "The width of tables and pages, instead of the terminal's."),
];

/// Prints troff, about `program` or one of its commands.
///
/// # Errors
///
/// An unknown command.
pub fn run(args: &Args, program: clap::Command) -> anyhow::Result<Outcome> {
    let mut program = program.disable_help_subcommand(true);
    program.build();
    let (name, mut command) = match &args.command {
        None => ("whose".to_owned(), program),
        Some(name) => {
            let found = program.find_subcommand(name).cloned();
            let command =
                found.ok_or_else(|| anyhow::anyhow!("no command is called `{name}`\n  all commands: whose --help"))?;
            (format!("whose-{name}"), command.bin_name(format!("whose {name}")))
        }
    };
    // The synopsis says what the usage in `--help` says.
    let usage = command.render_usage().to_string();
    let command = command.override_usage(usage.trim_start_matches("Usage: ").to_owned()).display_name(name.clone());
    let version = concat!("whose ", env!("CARGO_PKG_VERSION"));
    let date = Catalogue::built_in().date().to_string();
    let page = Man::new(command).title(name).date(date).source(version).manual("User Commands");
    let whole = args.command.is_none();

    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    let mut rest = Roff::new();
    if whole {
        page.render_subcommands_section(&mut text)?;
        rest.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in EXAMPLES.lines() {
            rest.text([roman(line)]);
        }
        rest.control("fi", []);
    }
    list(&mut rest, "EXIT STATUS", EXIT_CODES);
    list(&mut rest, "ENVIRONMENT", ENVIRONMENT);
    if !whole {
        rest.control("SH", ["SEE ALSO"]).text([bold("whose"), roman("(1)")]);
    }
    rest.to_writer(&mut text)?;
    Ok(Outcome::text(String::from_utf8(text)?))
}

/// A section of terms and what they mean.
fn list(page: &mut Roff, title: &str, terms: &[(&str, &str)]) {
    page.control("SH", [title]);
    for (term, meaning) in terms {
        page.control("TP", []).text([bold(*term)]).text([roman(*meaning)]);
    }
}
