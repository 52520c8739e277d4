//! `whose duties`: what each side must do, one duty a row; of the categories, or of the services that are named or in use.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::PathBuf;

use clap_complete::engine::ArgValueCandidates;

use crate::catalogue::model::{Category, Layer, Party, Service};
use crate::catalogue::resolve::Meaning;
use crate::catalogue::{AlwaysDuty, Catalogue};
use crate::commands::selection::{InUse, in_use};
use crate::commands::wording::sides;
use crate::commands::{Context, Outcome, PartyFilter, completions, speaks_of, word_parser};

mod view;

pub use view::DutyRecord;
use view::{List, Listed, Place};

#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// Of these services, by any name they go by; `-` reads an inventory from stdin. Without any: of the categories
    #[arg(value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub names: Vec<String>,

    /// Of the services of the inventory in FILE, `-` for stdin; may be repeated
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub from: Vec<PathBuf>,

    /// The same as NAME
    #[arg(long, value_name = "NAME[@MODE]", hide = true)]
    pub service: Vec<String>,

    /// Only of this category
    #[arg(long, value_name = "CATEGORY", value_parser = word_parser(Category::ALL, Category::as_str))]
    pub category: Option<Category>,

    /// Only for this layer; may be repeated
    #[arg(long, value_name = "LAYER", value_delimiter = ',', add = ArgValueCandidates::new(completions::layers))]
    pub layer: Vec<String>,

    /// Only what PARTY must do; may be repeated. shared: both sides of the shared layers; mine: the same as customer
    #[arg(long, value_name = "PARTY", value_enum, value_delimiter = ',')]
    pub party: Vec<PartyFilter>,

    /// Only duties that bear on this NIST SP 800-53 Rev 5 control, such as SI-2; without a service, everywhere
    #[arg(long, value_name = "ID")]
    pub control: Option<String>,

    /// Only duties that speak of WORD; without a service, everywhere
    #[arg(long, value_name = "WORD")]
    pub text: Option<String>,

    /// Only your duties in layers for which an automated check exists, with the checks
    #[arg(long)]
    pub checks: bool,

    /// Only the duties of this team of yours, which an overlay names
    #[arg(long, value_name = "TEAM")]
    pub team: Option<String>,
}

/// Lists.
///
/// # Errors
///
/// An unknown or ambiguous service, an unknown layer or control, an inventory that cannot be read, or `--checks` or `--team`
/// without a service.
pub fn run(args: &Args, context: &Context<'_>, stdin: &mut dyn BufRead) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    for name in &args.names {
        if let Some(flag) = flag_meant(name, context) {
            anyhow::bail!("`{name}` is no service\n  try: whose duties {flag} {}", name.to_ascii_lowercase());
        }
    }
    let mut layers = BTreeSet::new();
    for word in &args.layer {
        layers.insert(context.layer(word, "whose duties --layer")?);
    }
    let layers: Vec<Layer> = if layers.is_empty() { Layer::ALL.to_vec() } else { layers.into_iter().collect() };
    let control = args.control.as_deref().map(|text| context.control(text, "whose duties --control")).transpose()?;
    let names: Vec<String> = args.names.iter().chain(&args.service).cloned().collect();
    let asked = in_use(&names, &args.from, context, stdin)?;
    // Who asks by control or word asks everywhere: what the services say themselves, too.
    let everywhere = asked.is_none() && (control.is_some() || args.text.is_some());
    if args.text.as_ref().is_some_and(|text| text.trim().is_empty()) {
        anyhow::bail!("an empty word\n  try: whose duties --text deletion");
    }
    if asked.is_none() && !everywhere {
        if args.checks {
            anyhow::bail!("a check is a service's: name one\n  try: whose duties rds --checks");
        }
        if args.team.is_some() {
            anyhow::bail!("a team has duties in services: name some\n  try: whose duties rds s3 --team TEAM");
        }
    }
    let teams = catalogue.teams();
    if args.team.is_some() && teams.is_empty() {
        anyhow::bail!(
            "no overlay names a team\n  `owners` of a catalogue of yours does: whose --catalogue FILE duties rds --team TEAM"
        );
    }
    if let Some(team) = args.team.as_ref().filter(|team| !teams.iter().any(|own| own.eq_ignore_ascii_case(team))) {
        anyhow::bail!("no overlay names a team `{team}`; it names {}", teams.join(", "));
    }
    let mut places = Vec::new();
    let (mut notes, envelope) = match &asked {
        Some(InUse { columns, notes, envelope }) => {
            for one in columns {
                places.extend(layers.iter().map(|layer| Place::new(catalogue, one.service, one.mode, *layer)));
            }
            (notes.clone(), envelope.clone())
        }
        None => Default::default(),
    };
    if asked.is_none() {
        for &category in Category::ALL {
            places.extend(layers.iter().map(|&layer| {
                let answer = catalogue.default_split(category, layer);
                Place { category, service: None, mode: None, layer, answer }
            }));
        }
    }
    if everywhere {
        places.extend(catalogue.services().iter().flat_map(|service| own_places(catalogue, service, &layers)));
    }
    let places = places.into_iter().filter(|place| args.category.is_none_or(|wanted| wanted == place.category));
    let fits = |listed: &Listed<'_>| {
        control.is_none_or(|wanted| listed.controls.contains(&wanted))
            && args.text.as_ref().is_none_or(|text| speaks_of(listed.duty, text))
            && args.team.as_ref().is_none_or(|team| listed.team.is_some_and(|own| own.eq_ignore_ascii_case(team)))
    };
    let all = places.flat_map(|place| listed(catalogue, place, everywhere)).filter(fits);
    let (duties, hidden): (Vec<_>, Vec<_>) =
        all.partition(|listed| args.is_of_party(listed) && args.is_checked(listed));
    let of_party = |listed: &&Listed<'_>| listed.party == Party::Customer && args.is_of_party(listed);
    let unchecked = hidden.iter().filter(of_party).count();
    let others = hidden.iter().filter(|listed| listed.party == Party::Customer).count() - unchecked;
    let no = duties.is_empty();
    if no {
        notes.push("nothing matched".to_owned());
    }
    if others > 0 {
        notes.push(format!("{others} more {} yours: --party mine", if others == 1 { "is" } else { "are" }));
    }
    if unchecked > 0 {
        let have = if unchecked == 1 { "duty of yours stands" } else { "duties of yours stand" };
        notes.push(format!("{unchecked} more {have} in layers without a check: leave out --checks"));
    }
    let list = List { catalogue, duties, checks: args.checks, envelope };
    Ok(Outcome { text: context.render(&list)?, notes, no })
}

/// The flag that was meant by a category, a layer or a party in the place of a name.
fn flag_meant(name: &str, context: &Context<'_>) -> Option<&'static str> {
    use clap::ValueEnum;
    let is_service = matches!(context.catalogue.resolve(name).meaning, Meaning::Service(..));
    match () {
        () if name.parse::<Category>().is_ok() => Some("--category"),
        () if PartyFilter::from_str(name, true).is_ok() => Some("--party"),
        () if !is_service && context.catalogue.find_layer(name).is_some() => Some("--layer"),
        () => None,
    }
}

/// Where a service's own splits answer, each once: not what it has of its category, and not a mode's that the service says.
fn own_places<'c>(catalogue: &'c Catalogue, service: &'c Service, layers: &[Layer]) -> Vec<Place<'c>> {
    let levels =
        std::iter::once((None, &service.splits)).chain(service.modes.iter().map(|mode| (Some(mode), &mode.splits)));
    let mut places = Vec::new();
    for (mode, splits) in levels {
        let own = layers.iter().filter(|layer| splits.contains_key(layer));
        places.extend(own.map(|layer| Place::new(catalogue, service, mode, *layer)));
    }
    places
}

/// The duties of one split, the customer's first, and those that hold beneath every split.
fn listed<'c>(catalogue: &'c Catalogue, place: Place<'c>, everywhere: bool) -> Vec<Listed<'c>> {
    let team =
        |party| place.service.filter(|_| party == Party::Customer).and_then(|own| catalogue.team(own, place.layer));
    let own = sides(&place.answer, None).map(|(party, _, duty)| Listed {
        place,
        party,
        duty,
        controls: place.answer.controls_of(duty),
        always: false,
        team: team(party),
    });
    // In a list of what the services say themselves, what holds for all of them stands with the categories.
    let is_listed = !(everywhere && place.service.is_some());
    let always = catalogue.always(place.layer).filter(|_| is_listed).map(|AlwaysDuty { party, duty }| Listed {
        place,
        party,
        duty,
        controls: catalogue.controls_of_always(place.layer, duty),
        always: true,
        team: team(party),
    });
    own.chain(always).collect()
}

impl Args {
    fn is_of_party(&self, listed: &Listed<'_>) -> bool {
        let fits = |filter: &PartyFilter| match filter {
            PartyFilter::Aws => listed.party == Party::Aws,
            PartyFilter::Customer | PartyFilter::Mine => listed.party == Party::Customer,
            PartyFilter::ThirdParty => listed.party == Party::ThirdParty,
            PartyFilter::Shared => listed.place.answer.split.party == Party::Shared,
        };
        self.party.is_empty() || self.party.iter().any(fits)
    }

    fn is_checked(&self, listed: &Listed<'_>) -> bool {
        !self.checks || listed.party == Party::Customer && !listed.place.checks().is_empty()
    }
}
