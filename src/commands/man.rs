//! `whose man [COMMAND]`: the manual page, made from the same declarations as `--help`.

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::Outcome;
use crate::catalogue::Catalogue;

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
whose duties rds --party mine         your duties in it, one by one
whose services --layer guest-os --party customer
whose matrix ec2 fargate --diff       what changes hands
terraform show -json | whose matrix - the matrix of what you really run
whose export html > whose.html        the catalogue as a page for a browser";

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

/// Who may answer for a layer.
const PARTIES: &[(&str, &str)] = &[
    ("aws", "AWS answers for the layer. Tables write AWS+ where the customer has duties in it all the same."),
    ("customer", "The customer does: \"you\" in tables."),
    (
        "shared",
        "Both must act: \"both\" in tables. dependent: AWS's half takes effect only when the customer acts; independent: each acts alone.",
    ),
    ("third-party", "A third party that the answer names, such as Red Hat for ROSA."),
    ("mine", "A filter, no party: every answer in which the customer has at least one duty, whoever holds the layer."),
];

/// The files that the program reads. It writes none.
const FILES: &[(&str, &str)] = &[
    (
        "--from FILE",
        "An inventory, told by what it holds: a Terraform plan or state, a CloudFormation template, output of the AWS CLI, a cost report, findings, a list of names. gzip is read too.",
    ),
    ("--findings FILE", "Results of checks: Security Hub (ASFF, OCSF), AWS Config, Prowler."),
    (
        "--catalogue FILE",
        "A catalogue of your own in YAML: services of your own, corrected splits, and which of your teams holds the customer's side. `whose check FILE` lists its faults, `whose schema overlay` is its JSON Schema.",
    ),
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
    if whole {
        words(&mut rest, &Catalogue::built_in());
    }
    list(&mut rest, "EXIT STATUS", EXIT_CODES);
    list(&mut rest, "ENVIRONMENT", ENVIRONMENT);
    if whole {
        list(&mut rest, "FILES", FILES);
    }
    if !whole {
        rest.control("SH", ["SEE ALSO"]).text([bold("whose"), roman("(1)")]);
    }
    rest.to_writer(&mut text)?;
    Ok(Outcome::text(tidy(&String::from_utf8(text)?)))
}

/// The page as `mandoc -Tlint` likes it, which means the same: the title in capitals, no line break beside an empty line, and
/// no line of running text longer than 80 bytes.
fn tidy(page: &str) -> String {
    let mut tidied = String::new();
    let mut filled = true;
    for line in page.replace("\n.br\n\n.br\n", "\n.sp\n").lines() {
        match line {
            ".nf" => filled = false,
            ".fi" => filled = true,
            _ => {}
        }
        if let Some((name, rest)) = line.strip_prefix(".TH ").and_then(|title| title.split_once(' ')) {
            tidied += &format!(".TH {} {rest}\n", name.to_uppercase());
        } else if filled && !line.starts_with(['.', '\'']) {
            tidied += &wrap(line);
        } else {
            tidied += line;
            tidied.push('\n');
        }
    }
    tidied
}

/// A line of running text as several of at most 80 bytes, none of which begins with a character that makes it a request.
fn wrap(text: &str) -> String {
    const MAX_BYTES: usize = 80;
    // What is not ASCII is counted as mandoc reads it: \[u00D7].
    let bytes = |word: &str| word.chars().map(|one| if one.is_ascii() { 1 } else { 8 }).sum::<usize>();
    let mut wrapped = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        if length == 0 {
            length = bytes(word);
        } else if length + 1 + bytes(word) > MAX_BYTES && !word.is_empty() && !word.starts_with(['.', '\'']) {
            wrapped.push('\n');
            length = bytes(word);
        } else {
            wrapped.push(' ');
            length += 1 + bytes(word);
        }
        wrapped += word;
    }
    wrapped.push('\n');
    wrapped
}

/// The words that every answer uses: parties, layers and modes.
fn words(page: &mut Roff, catalogue: &Catalogue) {
    list(page, "PARTIES", PARTIES);
    let layers: Vec<(&str, String)> = catalogue
        .drawn()
        .into_iter()
        .map(|layer| {
            let info = catalogue.layer(layer);
            let aliases: Vec<&str> = info.aliases.iter().map(|alias| &**alias).collect();
            (layer.as_str(), format!("{} Also called: {}.", info.definition, aliases.join(", ")))
        })
        .collect();
    let layers: Vec<(&str, &str)> = layers.iter().map(|(id, text)| (*id, &**text)).collect();
    list(page, "LAYERS", &layers);
    page.control("SH", ["MODES"]);
    page.text([roman(
        "A mode is a way to run a service that moves the line, and stands behind an @: eks@fargate. A service that has modes is \
         answered for each of them where none is named; whose NAME modes lists them.",
    )]);
}

/// A section of terms and what they mean.
fn list(page: &mut Roff, title: &str, terms: &[(&str, &str)]) {
    page.control("SH", [title]);
    for (term, meaning) in terms {
        page.control("TP", []).text([bold(*term)]).text([roman(*meaning)]);
    }
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn a_tidied_page_means_the_same() {
        let long = "word ".repeat(20);
        let wrapped = format!("{}word\n{}word", "word ".repeat(15), "word ".repeat(3));
        for (page, tidied) in [
            (".TH whose-show 1 today", ".TH WHOSE-SHOW 1 today"),
            ("first\n.br\n\n.br\nsecond", "first\n.sp\nsecond"),
            (long.trim_end(), &*wrapped),
            // What would be a request at the beginning of a line stays where it is.
            (&*format!("{long}.SH"), &*format!("{wrapped} .SH")),
            (&*format!(".nf\n{long}\n.fi"), &*format!(".nf\n{long}\n.fi")),
            (&*format!(".IP {long}"), &*format!(".IP {long}")),
        ] {
            assert_eq!(tidy(page).trim_end_matches('\n'), tidied);
        }
    }
}
