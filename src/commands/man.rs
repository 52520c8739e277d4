//! `whose man [COMMAND]`: the manual page, made from the same declarations as `--help`.

use super::Outcome;

/// The arguments of `man`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The command whose page is wanted; without it, the page of the program
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Prints troff, about `program` or one of its commands.
///
/// # Errors
///
/// An unknown command.
pub fn run(args: &Args, program: clap::Command) -> anyhow::Result<Outcome> {
    let mut program = program.disable_help_subcommand(true);
    program.build();
    let page = match &args.command {
        None => clap_mangen::Man::new(program),
        Some(name) => {
            let found = program.find_subcommand(name).cloned();
            let command =
                found.ok_or_else(|| anyhow::anyhow!("no command is called `{name}`\n  all commands: whose --help"))?;
            let title = format!("whose-{name}");
            clap_mangen::Man::new(command.display_name(title.clone()).bin_name(format!("whose {name}"))).title(title)
        }
    };
    let mut text = Vec::new();
    page.render(&mut text)?;
    Ok(Outcome::text(String::from_utf8(text)?))
}
