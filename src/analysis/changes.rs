//! What changes hands between two inventories: which services and modes came and went, which layers moved, and which duties
//! the customer takes on.
//!
//! A mode that comes to a service that was in use is held against the modes that it replaces, or, where none went, against
//! those that were there. Where these differ, the one counts that left least to the customer, so that no move to the customer
//! is overlooked.
//!
//! ```
//! use whose::analysis::changes::Changes;
//! use whose::analysis::usage::ServiceUsage;
//! use whose::catalogue::Catalogue;
//! use whose::catalogue::model::Layer;
//!
//! let catalogue = Catalogue::built_in();
//! let (mut before, mut after) = (ServiceUsage::new(&catalogue), ServiceUsage::new(&catalogue));
//! before.read(&mut "aws_s3_bucket.a\n".as_bytes())?;
//! after.read(&mut "aws_s3_bucket.a\naws_instance.b\n".as_bytes())?;
//!
//! let changes = Changes::new(&catalogue, &before.columns(), &after.columns(), Layer::ALL);
//! assert_eq!(changes.modes[0].column.label(), "ec2");
//! assert!(changes.modes[0].layers.iter().any(|change| change.layer == Layer::GuestOs && change.is_to_customer()));
//! # Ok::<(), whose::inventory::Error>(())
//! ```

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::matrix::{Column, Holder};
use crate::catalogue::model::{Duty, Layer, Mode, Party};
use crate::catalogue::{Answer, Catalogue, Rule};

/// What is different between two inventories.
#[derive(Clone, Debug, Default)]
pub struct Changes<'c> {
    /// The services and modes that came or went, by service and in the order of its modes.
    pub modes: Vec<ModeChange<'c>>,
    /// How many services are used in the same modes as before.
    pub unchanged: usize,
    /// How many layers that move to the customer a filter hides.
    pub hidden: usize,
}

/// A service, in a mode where it has modes, that came or went.
#[derive(Clone, Debug)]
pub struct ModeChange<'c> {
    /// The service and the mode, with the count of the inventory in which it is.
    pub column: Column<'c>,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The modes of the service with which it is compared: those that it replaces, or those beside which it came.
    pub compared: Vec<&'c Mode>,
    /// The layers in which something changes with it.
    pub layers: Vec<LayerChange<'c>>,
}

/// What happened to a service or a mode. In the order in which people read of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// The service was not used before.
    NewService,
    /// The service was used in other modes, of which some went.
    ReplacingMode,
    /// The service is used in another mode as well.
    NewMode,
    /// Another mode came in place of it.
    ReplacedMode,
    /// The service is used in fewer modes.
    GoneMode,
    /// The service is not used any more.
    GoneService,
}

/// A layer whose holder changes, or in which duties come to the customer.
#[derive(Clone, Debug)]
pub struct LayerChange<'c> {
    /// The layer.
    pub layer: Layer,
    /// The answer before; none where there was nothing.
    pub before: Option<Answer<'c>>,
    /// The answer after; none where there is nothing any more.
    pub after: Option<Answer<'c>>,
    /// The customer's duties that no mode of the service had in this layer before.
    pub duties: Vec<&'c Duty>,
}

impl<'c> LayerChange<'c> {
    /// Who held the layer before, and who holds it after.
    #[must_use]
    pub fn holders(&self) -> (Option<Holder<'c>>, Option<Holder<'c>>) {
        (self.before.as_ref().map(Holder::of), self.after.as_ref().map(Holder::of))
    }

    /// The answer after, or the last one where there is none.
    ///
    /// # Panics
    ///
    /// Never: a change has a side.
    #[must_use]
    pub fn answer(&self) -> &Answer<'c> {
        self.after.as_ref().or(self.before.as_ref()).expect("a change has a side")
    }

    /// Whether more of the layer is the customer's than before: by who holds it, or by duties.
    #[must_use]
    pub fn is_to_customer(&self) -> bool {
        let (before, after) = self.holders();
        let is_mine = self.after.as_ref().is_some_and(Answer::is_mine);
        !self.duties.is_empty() || is_mine && after > before
    }
}

/// A duty that the customer takes on.
#[derive(Clone, Debug)]
pub struct TakenOn<'c> {
    /// The services and modes with which it comes.
    pub columns: Vec<Column<'c>>,
    /// The answer of which it is a part; of the first of them.
    pub answer: Answer<'c>,
    /// The duty.
    pub duty: &'c Duty,
    /// The customer's team whose duty it is, where an overlay says so.
    pub team: Option<&'c str>,
}

impl<'c> Changes<'c> {
    /// Compares what was in use with what is, in some layers.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue, before: &[Column<'c>], after: &[Column<'c>], layers: &[Layer]) -> Self {
        let mut services: BTreeMap<&str, (Vec<Column<'c>>, Vec<Column<'c>>)> = BTreeMap::new();
        for column in before {
            services.entry(&column.service.id).or_default().0.push(*column);
        }
        for column in after {
            services.entry(&column.service.id).or_default().1.push(*column);
        }
        let mut changes = Self::default();
        for (before, after) in services.values() {
            let gone = missing(before, after);
            let came = missing(after, before);
            changes.unchanged += usize::from(gone.is_empty() && came.is_empty());
            let kind = match (before.is_empty(), gone.is_empty()) {
                (true, _) => ChangeKind::NewService,
                (false, true) => ChangeKind::NewMode,
                (false, false) => ChangeKind::ReplacingMode,
            };
            let compared = if gone.is_empty() { before } else { &gone };
            for column in &came {
                let layer = |layer: &Layer| came_in(catalogue, *column, *layer, compared, before);
                changes.modes.push(ModeChange {
                    column: *column,
                    kind,
                    compared: compared.iter().filter_map(|column| column.mode).collect(),
                    layers: layers.iter().filter_map(layer).collect(),
                });
            }
            let kind = match (after.is_empty(), came.is_empty()) {
                (true, _) => ChangeKind::GoneService,
                (false, true) => ChangeKind::GoneMode,
                (false, false) => ChangeKind::ReplacedMode,
            };
            for column in gone {
                let before = |layer: &Layer| LayerChange {
                    layer: *layer,
                    before: Some(catalogue.split(column.service, column.mode, *layer)),
                    after: None,
                    duties: Vec::new(),
                };
                let layers = layers.iter().map(before).collect();
                changes.modes.push(ModeChange { column, kind, compared: Vec::new(), layers });
            }
        }
        changes
    }

    /// Only the layers of which the answer is wanted: the one after, or the last one.
    #[must_use]
    pub fn filtered(mut self, wanted: impl Fn(&Answer<'c>) -> bool) -> Self {
        for mode in &mut self.modes {
            let (kept, hidden): (Vec<_>, Vec<_>) =
                std::mem::take(&mut mode.layers).into_iter().partition(|change| wanted(change.answer()));
            self.hidden += hidden.iter().filter(|change| change.is_to_customer()).count();
            mode.layers = kept;
        }
        self
    }

    /// Whether anything moves to the customer.
    #[must_use]
    pub fn is_to_customer(&self) -> bool {
        self.modes.iter().flat_map(|mode| &mode.layers).any(LayerChange::is_to_customer)
    }

    /// The duties that the customer takes on, each once with all the services that bring it: what holds for a service alone
    /// before what holds for its whole category, and of a service what is the customer's before what is AWS's.
    #[must_use]
    pub fn taken_on(&self, catalogue: &'c Catalogue) -> Vec<TakenOn<'c>> {
        let mut places: BTreeMap<(Layer, &str, Option<&str>), usize> = BTreeMap::new();
        let mut all: Vec<TakenOn<'c>> = Vec::new();
        for mode in &self.modes {
            let mut layers: Vec<&LayerChange<'c>> = mode.layers.iter().collect();
            layers.sort_by_key(|change| Reverse(change.holders().1));
            for change in layers {
                let team = catalogue.team(mode.column.service, change.layer);
                for &duty in &change.duties {
                    let place = *places.entry((change.layer, duty, team)).or_insert(all.len());
                    match all.get_mut(place) {
                        Some(taken) => taken.columns.push(mode.column),
                        None => {
                            all.push(TakenOn { columns: vec![mode.column], answer: *change.answer(), duty, team });
                        }
                    }
                }
            }
        }
        all.sort_by_key(|taken| taken.answer.rule > Rule::Service);
        all
    }
}

/// The columns of `all` that are not among `others`.
fn missing<'c>(all: &[Column<'c>], others: &[Column<'c>]) -> Vec<Column<'c>> {
    let mode = |column: &Column<'c>| column.mode.map(|mode| &mode.id);
    all.iter().filter(|column| !others.iter().any(|other| mode(other) == mode(column))).copied().collect()
}

/// What comes with a column in a layer, held against the columns that are `compared` and all there were `before`.
fn came_in<'c>(
    catalogue: &'c Catalogue,
    column: Column<'c>,
    layer: Layer,
    compared: &[Column<'c>],
    before: &[Column<'c>],
) -> Option<LayerChange<'c>> {
    let answer = |column: &Column<'c>| catalogue.split(column.service, column.mode, layer);
    let after = answer(&column);
    let had = |duty: &Duty| {
        before.iter().any(|column| answer(column).duties(Party::Customer).any(|known| known.text == duty.text))
    };
    let change = LayerChange {
        layer,
        before: compared.iter().map(answer).min_by_key(Holder::of),
        after: Some(after),
        duties: after.duties(Party::Customer).filter(|duty| !had(duty)).collect(),
    };
    let (holder_before, holder_after) = change.holders();
    (holder_before != holder_after || !change.duties.is_empty()).then_some(change)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Services of the catalogue: `rds`, `eks@fargate`.
    fn columns<'c>(catalogue: &'c Catalogue, names: &[&str]) -> Vec<Column<'c>> {
        let column = |name: &&str| {
            let (id, mode) = name.split_once('@').map_or((*name, None), |(id, mode)| (id, Some(mode)));
            let service = catalogue.service(id).expect("a service");
            let mode = mode.map(|mode| service.mode(mode).expect("a mode"));
            Column { service, mode, resources: Some(1) }
        };
        names.iter().map(column).collect()
    }

    fn changes<'c>(catalogue: &'c Catalogue, before: &[&str], after: &[&str]) -> Changes<'c> {
        Changes::new(catalogue, &columns(catalogue, before), &columns(catalogue, after), Layer::ALL)
    }

    fn kinds(changes: &Changes<'_>) -> Vec<(String, ChangeKind)> {
        changes.modes.iter().map(|mode| (mode.column.label(), mode.kind)).collect()
    }

    #[test]
    fn what_stays_changes_nothing() {
        let catalogue = Catalogue::built_in();
        let same = changes(&catalogue, &["rds", "s3", "eks@fargate"], &["s3", "eks@fargate", "rds"]);
        assert_eq!((same.modes.len(), same.unchanged), (0, 3));
        assert!(!same.is_to_customer() && same.taken_on(&catalogue).is_empty());
    }

    #[test]
    fn services_come_and_go_with_all_their_layers() {
        let catalogue = Catalogue::built_in();
        let changes = changes(&catalogue, &["rds", "s3"], &["s3", "ec2"]);
        assert_eq!(
            kinds(&changes),
            [("ec2".to_owned(), ChangeKind::NewService), ("rds".to_owned(), ChangeKind::GoneService)]
        );
        let [ec2, rds] = &changes.modes[..] else { panic!("two") };
        assert_eq!((ec2.layers.len(), rds.layers.len()), (18, 18));
        let os = ec2.layers.iter().find(|change| change.layer == Layer::GuestOs).expect("a layer");
        assert_eq!(os.holders(), (None, Some(Holder::Customer)));
        assert!(os.is_to_customer() && !os.duties.is_empty());
        let site = ec2.layers.iter().find(|change| change.layer == Layer::PhysicalFacilities).expect("a layer");
        assert!(!site.is_to_customer(), "AWS's alone moves to nobody");
        assert!(rds.layers.iter().all(|change| change.after.is_none() && !change.is_to_customer()));
        // Every duty of the customer in EC2, each once.
        let duties = ec2.layers.iter().flat_map(|change| change.answer().duties(Party::Customer)).count();
        assert_eq!(changes.taken_on(&catalogue).len(), duties);
    }

    #[test]
    fn a_mode_is_held_against_those_that_it_replaces() {
        let catalogue = Catalogue::built_in();
        let moved = changes(&catalogue, &["lambda@managed-runtime-auto"], &["lambda@container-image"]);
        assert_eq!(
            kinds(&moved),
            [
                ("lambda@container-image".to_owned(), ChangeKind::ReplacingMode),
                ("lambda@managed-runtime-auto".to_owned(), ChangeKind::ReplacedMode)
            ]
        );
        let image = &moved.modes[0];
        let os = image.layers.iter().find(|change| change.layer == Layer::GuestOs).expect("the line moves");
        assert_eq!(os.holders(), (Some(Holder::AwsAndCustomer), Some(Holder::Shared)));
        assert!(moved.is_to_customer());
        // What is the same in both is no change.
        assert!(!image.layers.iter().any(|change| change.layer == Layer::PhysicalFacilities));
        // The way back leaves less to the customer.
        let back = changes(&catalogue, &["ecs@ec2"], &["ecs@fargate"]);
        let os = back.modes.iter().flat_map(|mode| &mode.layers).find(|change| change.layer == Layer::GuestOs);
        let (before, after) = os.expect("the line moves").holders();
        assert!(before > after);
    }

    #[test]
    fn a_mode_that_comes_beside_others_is_held_against_the_one_that_left_least_to_the_customer() {
        let catalogue = Catalogue::built_in();
        let beside = changes(
            &catalogue,
            &["eks@fargate", "eks@self-managed-nodes"],
            &["eks@fargate", "eks@self-managed-nodes", "eks@managed-node-group"],
        );
        assert_eq!(kinds(&beside), [("eks@managed-node-group".to_owned(), ChangeKind::NewMode)]);
        let os = beside.modes[0].layers.iter().find(|change| change.layer == Layer::GuestOs).expect("the line moves");
        assert_eq!(os.holders(), (Some(Holder::AwsAndCustomer), Some(Holder::Shared)));
        assert!(os.is_to_customer());
        let fewer = changes(&catalogue, &["eks@fargate", "eks@self-managed-nodes"], &["eks@fargate"]);
        assert_eq!(kinds(&fewer), [("eks@self-managed-nodes".to_owned(), ChangeKind::GoneMode)]);
        assert!(!fewer.is_to_customer());
    }

    #[test]
    fn a_duty_that_several_services_bring_is_taken_on_once() {
        let catalogue = Catalogue::built_in();
        let several = changes(&catalogue, &[], &["documentdb@instance-based", "neptune", "sns", "sqs"]);
        let taken = several.taken_on(&catalogue);
        let mut seen = std::collections::BTreeSet::new();
        assert!(taken.iter().all(|taken| seen.insert((taken.answer.layer, &*taken.duty.text))));
        assert!(taken.iter().any(|taken| taken.columns.len() > 1), "the category's own duties are shared");
        assert!(taken.is_sorted_by_key(|taken| taken.answer.rule > Rule::Service), "what is particular first");
        let only_os = several.clone().filtered(|answer| answer.layer == Layer::GuestOs);
        assert!(only_os.taken_on(&catalogue).iter().all(|taken| taken.answer.layer == Layer::GuestOs));
        let moved = |changes: &Changes<'_>| {
            changes.modes.iter().flat_map(|mode| &mode.layers).filter(|change| change.is_to_customer()).count()
        };
        assert_eq!(only_os.hidden + moved(&only_os), moved(&several), "what a filter hides is counted");
    }
}
