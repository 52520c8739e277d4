//! Who answers for a control of NIST SP 800-53 in a service: one rule from parties and duties to a responsibility, which
//! `whose controls` and every export use.

use std::collections::BTreeMap;

use crate::catalogue::model::{Basis, Category, Control, Duty, Layer, Mode, Party, Service, words};
use crate::catalogue::{self, AlwaysDuty, Answer, Catalogue};

words! {
    /// Who answers for a control, or for a layer: what an auditor asks.
    Responsibility ("responsibility") {
        /// AWS's alone; the customer inherits it.
        Inherited = "inherited",
        /// Both have a part.
        Shared = "shared",
        /// The customer's.
        Customer = "customer",
        /// A named third party's, without a part of the customer's.
        ThirdParty = "third-party",
        /// The catalogue has no duty that bears on the control.
        NotAddressed = "not-addressed",
    }
}

impl Responsibility {
    /// The rule for one layer: who holds it, and whether the customer has duties in it.
    ///
    /// AWS's duties in a layer of the customer's are offers, and offers do not share it.
    #[must_use]
    pub const fn of(party: Party, customer_has_duties: bool) -> Self {
        match (party, customer_has_duties) {
            (Party::Aws, false) => Self::Inherited,
            (Party::ThirdParty, false) => Self::ThirdParty,
            (Party::Customer, _) => Self::Customer,
            (Party::Aws | Party::ThirdParty, true) | (Party::Shared, _) => Self::Shared,
        }
    }

    /// The rule for several parts of one control. Parts that differ are shared as soon as the customer has one; AWS's and a
    /// third party's together are the third party's, because AWS's attestations end at it.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotAddressed, one) | (one, Self::NotAddressed) => one,
            (Self::Inherited, Self::Inherited) => Self::Inherited,
            (Self::Customer, Self::Customer) => Self::Customer,
            (Self::ThirdParty | Self::Inherited, Self::ThirdParty | Self::Inherited) => Self::ThirdParty,
            _ => Self::Shared,
        }
    }
}

/// What one layer has to do with a control.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Part<'c> {
    /// The layer, and the split that answers for it.
    pub answer: Answer<'c>,
    /// AWS's duties that bear on the control.
    pub aws: Vec<&'c Duty>,
    /// The customer's.
    pub customer: Vec<&'c Duty>,
    /// The third party's.
    pub third_party: Vec<&'c Duty>,
    /// Those that hold whatever the split says, AWS's and the customer's.
    pub always: Vec<AlwaysDuty<'c>>,
}

impl<'c> Part<'c> {
    /// What `answer`'s layer has to do with `control`; none if nothing.
    fn new(catalogue: &'c Catalogue, answer: Answer<'c>, control: Control) -> Option<Self> {
        let split = answer.split;
        let bearing = |side| -> Vec<&'c Duty> {
            answer.duties(side).filter(|duty| answer.controls_of(duty).contains(&control)).collect()
        };
        let sides = [Party::Aws, Party::Customer, Party::ThirdParty];
        let mut duties = sides.map(bearing);
        // A control of the split's that none of its duties takes up is the whole split's.
        if duties.iter().all(Vec::is_empty) && split.controls.contains(&control) {
            duties = sides.map(|side| answer.duties(side).collect());
        }
        let [aws, customer, third_party] = duties;
        let always: Vec<AlwaysDuty<'c>> = catalogue
            .always(answer.layer)
            .filter(|always| catalogue.controls_of_always(answer.layer, always.duty).contains(&control))
            .collect();
        let bears = !always.is_empty() || [&aws, &customer, &third_party].iter().any(|own| !own.is_empty());
        bears.then_some(Self { answer, aws, customer, third_party, always })
    }

    /// The layer.
    #[must_use]
    pub const fn layer(&self) -> Layer {
        self.answer.layer
    }

    /// Who answers for the control in this layer.
    ///
    /// What AWS does whatever the split says is its own part, such as screening its own staff: in a layer of the customer's it
    /// shares the control, and never makes it inherited.
    #[must_use]
    pub fn responsibility(&self) -> Responsibility {
        let customer_has_duties = self.duties(Party::Customer).next().is_some();
        let of_layer = Responsibility::of(self.answer.split.party, customer_has_duties);
        let aws_always = self.always.iter().any(|always| always.party == Party::Aws);
        if aws_always { of_layer.and(Responsibility::Inherited) } else { of_layer }
    }

    /// The split's own duties that bear on the control, without those that hold whatever it says.
    pub fn duties_of_split(&self) -> impl Iterator<Item = &'c Duty> {
        self.aws.iter().chain(&self.customer).chain(&self.third_party).copied()
    }

    /// The duties of one side that bear on the control: AWS's, the customer's, or the third party's.
    pub fn duties(&self, side: Party) -> impl Iterator<Item = &'c Duty> + use<'c> {
        let own = match side {
            Party::Aws => self.aws.clone(),
            Party::Customer => self.customer.clone(),
            Party::ThirdParty => self.third_party.clone(),
            Party::Shared => Vec::new(),
        };
        let always = self.always.clone().into_iter().filter(move |always| always.party == side);
        own.into_iter().chain(always.map(|always| always.duty))
    }
}

/// Who answers for a control.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ControlAnswer<'c> {
    /// The control.
    pub control: Control,
    /// The layers that have to do with it, bottom to top; none where it is not addressed.
    pub parts: Vec<Part<'c>>,
    /// Whether an overlay has to do with it: by a split that bears on the control, or by one that names no control at all, in
    /// whose place another may have borne on it.
    pub is_overlaid: bool,
    /// Of an enhancement: who answers for the control that it enhances.
    enhances: Option<Responsibility>,
}

/// The layers that are the customer's as in category infrastructure, whatever the service's category, where the customer holds
/// them.
const SOFTWARE: [Layer; 2] = [Layer::GuestOs, Layer::Platform];

impl<'c> ControlAnswer<'c> {
    /// Who answers for `control` in a service, in a mode where it has modes.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue, service: &'c Service, mode: Option<&'c Mode>, control: Control) -> Self {
        let category = catalogue::category(service, mode);
        Self::of(catalogue, category, control, |layer| catalogue.split(service, mode, layer))
    }

    /// Who answers for `control` in every service of a category that says nothing else.
    #[must_use]
    pub fn by_default(catalogue: &'c Catalogue, category: Category, control: Control) -> Self {
        Self::of(catalogue, category, control, |layer| catalogue.default_split(category, layer))
    }

    fn of(catalogue: &'c Catalogue, category: Category, control: Control, split: impl Fn(Layer) -> Answer<'c>) -> Self {
        let parts = |control| {
            let own = Layer::ALL.iter().filter_map(|layer| Part::new(catalogue, split(*layer), control));
            with_defaults(catalogue, category, &split, control, own.collect())
        };
        let enhances = control.enhancement().map(|_| add_up(&parts(control.base())));
        let parts = parts(control);
        Self { control, is_overlaid: has_overlaid(&parts) || is_silent_overlay(&split), parts, enhances }
    }

    /// Who answers for it. An enhancement is not inherited whole where the control that it enhances is not.
    #[must_use]
    pub fn responsibility(&self) -> Responsibility {
        match (add_up(&self.parts), self.enhances) {
            (Responsibility::Inherited, Some(Responsibility::Customer | Responsibility::Shared)) => {
                Responsibility::Shared
            }
            (own, _) => own,
        }
    }

    /// The duties of one side, each once, from the bottom layer to the top.
    #[must_use]
    pub fn duties(&self, side: Party) -> Vec<&'c Duty> {
        let mut all: Vec<&'c Duty> = Vec::new();
        for duty in self.parts.iter().flat_map(|part| part.duties(side)) {
            if !all.iter().any(|own| own.text == duty.text) {
                all.push(duty);
            }
        }
        all
    }

    /// What it rests on: an AWS page about this very service only where that holds for every part. None where it is not
    /// addressed.
    #[must_use]
    pub fn basis(&self) -> Option<Basis> {
        let stated = |part: &Part<'_>| part.always.is_empty() && part.answer.basis == Basis::Stated;
        let basis = if self.parts.iter().all(stated) { Basis::Stated } else { Basis::Derived };
        (!self.parts.is_empty()).then_some(basis)
    }
}

/// `parts`; and where a service's own splits are silent about a control, what its category says of it. A split of a service's
/// own replaces the category's whole, but its silence says nothing else of the control.
///
/// Where no split speaks of the control, the category does for every layer that has the same holder there. Where only AWS's
/// duties do, the category speaks for the layers that the customer holds or shares: whoever holds a layer has work there that
/// AWS's part elsewhere does not take away.
fn with_defaults<'c>(
    catalogue: &'c Catalogue,
    category: Category,
    split: &impl Fn(Layer) -> Answer<'c>,
    control: Control,
    mut parts: Vec<Part<'c>>,
) -> Vec<Part<'c>> {
    let own = add_up(&parts);
    if !matches!(own, Responsibility::Inherited | Responsibility::NotAddressed) {
        return parts;
    }
    for &layer in Layer::ALL {
        let holder = split(layer).split.party;
        let default = default_of(catalogue, category, layer, holder);
        let speaks = |part: &Part<'c>| match own {
            Responsibility::NotAddressed => part.answer.split.party == holder,
            _ => matches!(holder, Party::Customer | Party::Shared) && !part.customer.is_empty(),
        };
        parts.extend(Part::new(catalogue, default, control).filter(speaks));
    }
    parts.sort_by_key(Part::layer);
    parts
}

/// What holds for a layer with this holder in the services of a category that say nothing else.
fn default_of(catalogue: &Catalogue, category: Category, layer: Layer, holder: Party) -> Answer<'_> {
    let own_software = holder == Party::Customer && SOFTWARE.contains(&layer);
    catalogue.default_split(if own_software { Category::Infrastructure } else { category }, layer)
}

fn has_overlaid(parts: &[Part<'_>]) -> bool {
    parts.iter().any(|part| part.answer.is_overlaid)
}

/// Whether an overlay answers for a layer, and its split names no control.
fn is_silent_overlay<'c>(split: &impl Fn(Layer) -> Answer<'c>) -> bool {
    Layer::ALL.iter().map(|layer| split(*layer)).any(|answer| answer.is_overlaid && answer.controls().is_empty())
}

/// Who answers for what some layers have to do with.
fn add_up(parts: &[Part<'_>]) -> Responsibility {
    parts.iter().fold(Responsibility::NotAddressed, |all, part| all.and(part.responsibility()))
}

/// Every control that something bears on in a service, in a mode where it has modes.
#[must_use]
pub fn controls<'c>(catalogue: &'c Catalogue, service: &'c Service, mode: Option<&'c Mode>) -> Vec<ControlAnswer<'c>> {
    every(catalogue, catalogue::category(service, mode), |layer| catalogue.split(service, mode, layer))
}

/// Every control that something bears on in the services of a category that say nothing else.
#[must_use]
pub fn default_controls(catalogue: &Catalogue, category: Category) -> Vec<ControlAnswer<'_>> {
    every(catalogue, category, |layer| catalogue.default_split(category, layer))
}

fn every<'c>(
    catalogue: &'c Catalogue,
    category: Category,
    split: impl Fn(Layer) -> Answer<'c>,
) -> Vec<ControlAnswer<'c>> {
    let mut parts: BTreeMap<Control, Vec<Part<'c>>> = BTreeMap::new();
    for &layer in Layer::ALL {
        let answer = split(layer);
        let mut controls = answer.controls();
        controls.extend(default_of(catalogue, category, layer, answer.split.party).controls());
        for always in catalogue.always(layer) {
            controls.extend(catalogue.controls_of_always(layer, always.duty));
        }
        controls.sort_unstable();
        controls.dedup();
        for control in controls {
            let part = Part::new(catalogue, answer, control);
            parts.entry(control).or_default().extend(part);
        }
    }
    for (control, parts) in &mut parts {
        *parts = with_defaults(catalogue, category, &split, *control, std::mem::take(parts));
    }
    let is_silent = is_silent_overlay(&split);
    let enhances = |control: Control| parts.get(&control.base()).map(|parts| add_up(parts));
    let answers: Vec<ControlAnswer<'c>> = parts
        .iter()
        .map(|(control, parts)| ControlAnswer {
            control: *control,
            parts: parts.clone(),
            is_overlaid: is_silent || has_overlaid(parts),
            enhances: control.enhancement().map(|_| enhances(*control).unwrap_or(Responsibility::NotAddressed)),
        })
        .collect();
    answers.into_iter().filter(|one| !one.parts.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Responsibility::{Customer, Inherited, NotAddressed, Shared, ThirdParty};

    #[test]
    fn an_overlay_that_names_no_control_says_so_where_another_split_did() {
        let overlay = "sources: { book: { title: Book, url: \"https://example.com/book\", checked: 2026-11-01 } }\nservices: { rds: { \
                       splits: { platform: { party: customer, mechanism: updated-by-customer, customer: [Do it.], sources: [book] } } } }\n";
        let built_in = Catalogue::built_in();
        let overlaid = Catalogue::built_in().with_overlay("overlay.yaml", overlay).expect("an overlay without faults");
        for (catalogue, wanted) in [(&built_in, false), (&overlaid, true)] {
            let rds = catalogue.service("rds").expect("a service");
            let flaws = "SI-2".parse().expect("a control");
            assert_eq!(ControlAnswer::new(catalogue, rds, None, flaws).is_overlaid, wanted);
            assert!(controls(catalogue, rds, None).iter().all(|answer| answer.is_overlaid == wanted));
        }
    }

    #[test]
    fn the_party_and_the_customers_duties_decide() {
        for (party, customer_has_duties, wanted) in [
            (Party::Aws, false, Inherited),
            (Party::Aws, true, Shared),
            (Party::Customer, true, Customer),
            // AWS's offer beside a layer of the customer's.
            (Party::Customer, false, Customer),
            (Party::Shared, true, Shared),
            (Party::Shared, false, Shared),
            (Party::ThirdParty, false, ThirdParty),
            (Party::ThirdParty, true, Shared),
        ] {
            assert_eq!(Responsibility::of(party, customer_has_duties), wanted, "{party} {customer_has_duties}");
        }
    }

    #[test]
    fn parts_add_up_whatever_their_order() {
        for (one, other, wanted) in [
            (Inherited, Inherited, Inherited),
            (Inherited, Customer, Shared),
            (Inherited, Shared, Shared),
            (Inherited, ThirdParty, ThirdParty),
            (Customer, Customer, Customer),
            (Customer, ThirdParty, Shared),
            (Shared, ThirdParty, Shared),
            (ThirdParty, ThirdParty, ThirdParty),
            (NotAddressed, Customer, Customer),
            (NotAddressed, NotAddressed, NotAddressed),
        ] {
            assert_eq!(one.and(other), wanted, "{one} and {other}");
            assert_eq!(other.and(one), wanted, "{other} and {one}");
        }
    }

    #[test]
    fn one_control_is_answered_as_among_all() {
        let catalogue = Catalogue::built_in();
        for id in ["ec2", "rds", "s3", "rosa"] {
            let service = catalogue.service(id).expect("the catalogue has it");
            for mode in service.variants() {
                let all: BTreeMap<Control, Responsibility> = controls(&catalogue, service, mode)
                    .iter()
                    .map(|answer| (answer.control, answer.responsibility()))
                    .collect();
                assert!(!all.is_empty(), "{id}");
                for control in catalogue.controls().keys() {
                    let answer = ControlAnswer::new(&catalogue, service, mode, *control);
                    let wanted = all.get(control).copied().unwrap_or(NotAddressed);
                    assert_eq!(answer.responsibility(), wanted, "{id} {control}");
                    assert_eq!(answer.basis().is_none(), wanted == NotAddressed, "{id} {control}");
                }
            }
        }
    }

    /// A catalogue of one service, whose application layer is the customer's and whose platform is AWS's.
    fn small(layers: &str, always: &str) -> Catalogue {
        use crate::catalogue::load::File;
        let file = |path: &str, text: String| File { path: path.to_owned(), text };
        let lines = |lines: &mut dyn Iterator<Item = String>| lines.collect::<Vec<_>>().join("\n");
        let words =
            lines(&mut Layer::ALL.iter().map(|layer| format!("  {layer}: {{ name: {layer}, definition: it }}")));
        let rest = Layer::ALL.iter().filter(|layer| **layer != Layer::IdentityAccess);
        let every =
            lines(&mut rest.map(|layer| format!("  {layer}: {{ party: aws, aws: [Do it.], sources: [page] }}")));
        let families = lines(&mut Control::FAMILIES.iter().map(|family| format!("  {family}-1: {{ title: Policy }}")));
        let mut files = vec![
            file("layers.yaml", format!("layers:\n{words}\n")),
            file("sources.yaml", "page: { title: Page, url: https://example.com, checked: 2026-01-31 }\n".to_owned()),
            file(
                "controls.yaml",
                format!(
                    "controls:\n{families}\n  AC-2: {{ title: Accounts, baselines: [low] }}\n  \
                 AC-2(1): {{ title: Automation }}\n  PS-1(1): {{ title: Enhanced }}\n"
                ),
            ),
            file("every-service.yaml", format!("splits:\n{every}\n  identity-access:\n{always}")),
            file("container/db.yaml", format!("name: Database\nbasis: derived\nsources: [page]\nsplits:\n{layers}")),
        ];
        for category in Category::ALL {
            files.push(file(
                &format!("{category}/_category.yaml"),
                "{ name: Some, blurb: What it is., note: What to know., sources: [page] }\n".to_owned(),
            ));
        }
        Catalogue::from_files(&files).unwrap_or_else(|faults| panic!("{faults:?}"))
    }

    /// What holds for identity and access in every service, with or without duties that always hold.
    const PLAIN: &str = "    { party: customer, customer: [Decide.], sources: [page] }\n";

    fn answer(catalogue: &Catalogue, control: &str) -> (Responsibility, Vec<String>, Vec<String>) {
        let db = catalogue.service("db").expect("the catalogue has it");
        let answer = ControlAnswer::new(catalogue, db, None, control.parse().expect("a control"));
        let texts = |side| answer.duties(side).iter().map(|duty| duty.to_string()).collect();
        (answer.responsibility(), texts(Party::Aws), texts(Party::Customer))
    }

    #[test]
    fn a_duty_bears_on_its_own_controls_and_else_on_the_splits() {
        let catalogue = small(
            "  platform:\n    party: aws\n    sources: [page]\n    controls: [SI-1, CM-1, MA-1]\n    aws: [Patch., { do: Tell., \
             controls: [AC-1] }]\n    customer: [{ do: Choose., controls: [CM-1] }]\n",
            PLAIN,
        );
        let own = |control| answer(&catalogue, control);
        assert_eq!(own("SI-1"), (Inherited, vec!["Patch.".to_owned()], vec![]));
        assert_eq!(own("AC-1"), (Inherited, vec!["Tell.".to_owned()], vec![]));
        assert_eq!(own("CM-1"), (Shared, vec!["Patch.".to_owned()], vec!["Choose.".to_owned()]));
        assert_eq!(own("PE-1"), (NotAddressed, vec![], vec![]));
    }

    #[test]
    fn a_control_of_the_split_that_no_duty_takes_up_is_the_whole_splits() {
        let catalogue = small(
            "  platform:\n    party: aws\n    sources: [page]\n    controls: [SI-1]\n    aws: [{ do: Patch., controls: [CM-1] }]\n    \
             customer: [{ do: Choose., controls: [CM-1] }]\n",
            PLAIN,
        );
        assert_eq!(answer(&catalogue, "SI-1"), (Shared, vec!["Patch.".to_owned()], vec!["Choose.".to_owned()]));
    }

    #[test]
    fn what_aws_always_does_is_a_part_of_its_own_and_leaves_the_customer_the_rest() {
        let always = "    party: customer\n    sources: [page]\n    customer: [Decide., { do: Train., controls: [AT-1], always: true }]\n    \
             aws: [{ do: Screen., controls: [PS-1], always: true }, { do: Limit., controls: [AC-2], always: true }]\n";
        let own = "  identity-access:\n    party: customer\n    sources: [page]\n    customer: [{ do: Grant., controls: [AC-2] }]\n";
        let catalogue = small(own, always);
        let text = |text: &str| vec![text.to_owned()];
        assert_eq!(answer(&catalogue, "PS-1"), (Shared, text("Screen."), vec![]));
        assert_eq!(answer(&catalogue, "AT-1"), (Customer, vec![], text("Train.")));
        assert_eq!(answer(&catalogue, "AC-2"), (Shared, text("Limit."), text("Grant.")));
    }

    #[test]
    fn what_an_operating_system_of_the_customers_has_work_with_is_never_inherited() {
        let catalogue = Catalogue::built_in();
        let work = catalogue.default_split(Category::Infrastructure, Layer::GuestOs);
        let mut own_systems = 0;
        for service in catalogue.services().iter() {
            for mode in service.variants() {
                if catalogue.split(service, mode, Layer::GuestOs).split.party == Party::Customer {
                    own_systems += 1;
                    for control in work.duties(Party::Customer).flat_map(|duty| &duty.controls) {
                        let answer = ControlAnswer::new(&catalogue, service, mode, *control);
                        assert_ne!(answer.responsibility(), Inherited, "{} {control}", service.id);
                    }
                }
            }
        }
        assert!(own_systems > 10, "{own_systems}");
    }

    #[test]
    fn an_enhancement_is_not_inherited_whole_where_its_control_is_not() {
        let general = "    party: customer\n    sources: [page]\n    customer: [{ do: Decide., controls: [AC-2] }]\n";
        let own = "  platform:\n    party: aws\n    sources: [page]\n    \
             aws: [{ do: Limit., controls: [AC-2(1), PS-1(1)] }]\n";
        let catalogue = small(own, general);
        assert_eq!(answer(&catalogue, "AC-2(1)").0, Shared);
        assert_eq!(answer(&catalogue, "PS-1(1)").0, Inherited);
    }
}
