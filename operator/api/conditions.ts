/** One reason of a condition, in words for whoever reads it. */
export interface ReasonDoc {
  /** What it means. */
  readonly means: string;
  /** What to do about it; absent where nothing needs doing. */
  readonly todo?: string;
  /** The kinds that show it; absent means all. */
  readonly kinds?: readonly string[];
}

interface ConditionDoc {
  /** What it means that the condition is True. */
  readonly means: string;
  readonly kinds?: readonly string[];
  readonly reasons: Readonly<Record<string, ReasonDoc>>;
}

const account = ['Account'];
const network = ['SecureVpc'];
const service = ['EcsService'];
const link = ['PrivateLinkEndpoint'];
const store = ['DataStore'];
const resources = [...network, ...service, ...link, ...store];

/**
 * Every condition and every reason that Landfall writes. Reconciling and Stalled are there only while they
 * hold; Ready is always there and, while it is not True, repeats their reason. kstatus reads it that way.
 */
export const CONDITIONS = {
  Ready: {
    means: 'The object is as its spec says, and was so when last looked at.',
    reasons: {
      Succeeded: { means: 'Everything is made, configured and usable.' },
    },
  },
  Reconciling: {
    means: 'Work is under way or waits for something that comes by itself. Nothing needs doing.',
    reasons: {
      Progressing: { means: 'The operator has begun with this generation of the object.' },
      Creating: { means: 'Things are being made; the message counts them.', kinds: resources },
      Updating: { means: 'Things are being changed in place.', kinds: resources },
      Deleting: { means: 'The object is going: its things are being deleted in AWS.' },
      Retaining: {
        means:
          'The object is going and its things stay in AWS, as spec.deletionPolicy says: they are being tagged as left.',
        kinds: resources,
      },
      WaitingForAws: {
        means: 'AWS accepted a change and is still carrying it out; the message names the thing.',
        kinds: resources,
      },
      BackingUp: {
        means:
          'The object is going, and a copy of what its store holds is being made. The store is deleted when the copy is complete.',
        kinds: store,
      },
      WaitingForCluster: {
        means:
          'The cluster accepted a change and is still carrying it out: pods are starting, or something is going; the message names the thing.',
        kinds: resources,
      },
      WaitingForAcceptance: {
        means:
          'Another account has to accept something, such as the attachment to a transit gateway that it shares, or an endpoint to its service; the message names the thing.',
        todo: 'Ask whoever runs that account to accept it, with the command in the message where it has one. What is provided by an object of this cluster is accepted by itself.',
        kinds: resources,
      },
      NotYetVisible: {
        means: 'AWS does not list a new thing everywhere yet. It is looked at again soon.',
        kinds: resources,
      },
      AlreadyExists: {
        means:
          'AWS says that what is to be made is there already, and no listing shows it yet. It is taken over as soon as one does.',
        todo: "If it stays so, look for the thing that the message names: it may be somebody else's.",
        kinds: resources,
      },
      Blocked: {
        means: 'The next step refers to something that is not made yet; the message names it.',
        kinds: resources,
      },
      WaitingForIntent: {
        means:
          'A create had an unclear outcome. Nothing is made again until AWS has had time to list what that create may have made.',
        kinds: resources,
      },
      DependencyNotReady: {
        means: 'Something that this object refers to is not there or not ready; the message names it.',
        todo: 'If it stays so, look at the object that the message names.',
      },
      DependencyViolation: {
        means:
          'AWS refuses a delete because something else still uses the thing; the message names what does.',
        todo: 'Delete or detach what the message names, if it is yours. The delete is tried again by itself.',
        kinds: resources,
      },
      Throttled: { means: 'AWS or the own call budget asks for a pause. Work goes on by itself.' },
      AwsUnreachable: {
        means: 'AWS cannot be reached or answers with an error of its own.',
        todo: 'If it stays so, check the way from the operator to AWS: DNS, proxy, egress rules.',
      },
      ClusterUnreachable: {
        means: 'The API server of the cluster cannot be reached or answers with an error of its own.',
        todo: 'If it stays so, look at the API server, and at the admission webhooks that the message names.',
        kinds: resources,
      },
      InternalError: {
        means:
          'The operator met an error that it does not know; the message gives its words. It tries again.',
        todo: 'If it stays so, this is a defect: please report it with the log of the operator.',
      },
      TakingOver: {
        means:
          'This cluster took the account over from another, and gives that one time to notice; the message says until when.',
        kinds: account,
      },
      InUse: {
        means: 'The object is to go, but others still use it; the message counts or names them.',
        todo: 'Delete these objects first. A PrivateLinkEndpoint with `provide`, and nothing else, also goes at once with the annotation `landfall.dev/force-delete`, which cuts those off that are connected to it.',
      },
    },
  },
  Stalled: {
    means:
      'A person has to act. The operator still tries again: at once at every change of the object or of its Account, else after seconds at first and then ever more rarely, up to 10 minutes apart.',
    reasons: {
      InvalidSpec: {
        means:
          'The spec says something that cannot be; the message names field and value. Nothing was made for it.',
        todo: 'Change the field that the message names.',
      },
      AccountNotFound: {
        means: 'There is no Account of the name in spec.accountRef.',
        todo: 'Make the Account, or make this object again with another reference.',
        kinds: resources,
      },
      AccountNotReady: {
        means: 'The Account is there, but cannot be used; the message repeats why.',
        todo: 'Look at the conditions of the Account.',
        kinds: resources,
      },
      ReferenceNotAllowed: {
        means: 'An object of another namespace is referred to, and does not let this namespace in.',
        todo: 'Ask whoever owns that object to add the namespace to its spec.allowReferencesFrom.',
        kinds: resources,
      },
      NotGranted: {
        means:
          'The spec names something that Landfall has not made for this namespace, and no grant of the Account covers it; the message names the field, the ARN and the namespace.',
        todo: 'Ask whoever owns the Account to add the ARN and the namespace to a grant in spec.aws.grants, or name something else.',
        kinds: resources,
      },
      NamespaceNotAllowed: {
        means: 'The Account does not list the namespace of this object.',
        todo: 'Ask whoever owns the Account to add the namespace to spec.aws.namespaces.',
        kinds: resources,
      },
      RegionNotAllowed: {
        means: 'The Account does not list the region of this object.',
        todo: 'Choose a listed region, or ask for this one to be added to spec.aws.regions.',
        kinds: resources,
      },
      AccessDenied: {
        means: 'AWS does not let the role do this; the message names role, account and action.',
        todo: 'Allow the action in the policies of the role, its boundary and the organisation; `landfall policy -f DIR` prints what the manifests need.',
      },
      QuotaExceeded: {
        means: 'A quota of the account is used up; the message names it.',
        todo: 'Have the quota raised, or delete what is not needed.',
        kinds: resources,
      },
      AddressesUsedUp: {
        means:
          'A subnet has no free address for what is to stand in it, or AWS has no public one to give now; the message gives its words.',
        todo: 'Delete what is not needed in the subnet, which cannot be made larger, or choose another tier. A public address is asked for again.',
        kinds: resources,
      },
      NameTaken: {
        means:
          'A thing of the same name, or in the same place, is there and belongs to somebody else; the message names it.',
        todo: 'Rename this object, or remove the other thing.',
        kinds: resources,
      },
      OwnershipTagsMissing: {
        means:
          'A thing that status lists is there, but without the tags by which Landfall knows its own. It is left alone.',
        todo: 'Put the landfall.dev tags that the message lists back, or delete the thing.',
        kinds: resources,
      },
      ApprovalRequired: {
        means: 'A plan waits for approval, since spec.approval is Manual; status.plan tells what it does.',
        todo: 'Read status.plan, and approve it: `landfall approve KIND/NAMESPACE/NAME`, or a PlanApproval with its hash.',
        kinds: resources,
      },
      ApprovalStale: {
        means:
          'There is a PlanApproval, but of another plan: what is there or the spec has changed since. The message names both hashes, and nothing was done.',
        todo: 'Read status.plan, which is the plan as it is now, and approve that one; delete the stale PlanApproval.',
        kinds: resources,
      },
      AdoptionNotAllowed: {
        means:
          'spec.adopt names things to take over, and the Account does not let the namespace of this object do that.',
        todo: 'Ask whoever owns the Account to add the namespace to spec.aws.adoptionNamespaces, or take spec.adopt away.',
        kinds: resources,
      },
      AdoptionRefused: {
        means:
          'A thing that spec.adopt names cannot be taken over; the message says what stands in the way, and whose it is. Nothing was done.',
        todo: 'Do what the message says, or take the entry out of spec.adopt.',
        kinds: resources,
      },
      AdoptedNotInSpec: {
        means:
          'A thing that was taken over (spec.adopt) is not in the spec any more. It is left as it is, since it was there before Landfall.',
        todo: 'Set spec.deletionPolicy to Delete to have it deleted, or take the landfall.dev tags that the message lists off it.',
        kinds: resources,
      },
      ThingsMissing: {
        means:
          'Things that the spec names are not in AWS, and spec.management is Observe, so that they are not made.',
        todo: 'Set spec.management to Manage, or correct what the spec names.',
        kinds: resources,
      },
      ReplacementNeeded: {
        means:
          'The change cannot be made in place, and making a new thing would interrupt or lose something.',
        todo: 'Take the change back, or move to a new object.',
        kinds: resources,
      },
      ReplacementNotAllowed: {
        means:
          'The change would need another store in place of this one, without what it holds. Nothing is changed; the message names the field.',
        todo: 'Take the change back. To have a store of the other form, make another object, move what this one holds, and delete this one.',
        kinds: store,
      },
      StoreNotInSpec: {
        means:
          'A store stands in AWS that the spec has no place for any more, or a second one for the same place. It is left as it is, and so is what it uses: only the deletion of its object deletes a store.',
        todo: 'Put it back into the spec. If nobody needs it, delete it yourself, or take the landfall.dev tags that the message lists off it.',
        kinds: store,
      },
      StoreLost: {
        means:
          'A store that this object had is not there any more, and somebody else has deleted it. No new and empty one is made in its place unasked, nor one of the copy that the former was made of; the message names it.',
        todo: 'Name the snapshot, backup or moment that it is to be made of in `spec.restoreFrom`. To have an empty one instead, approve the plan in status.plan: `landfall approve KIND/NAMESPACE/NAME`. Each loss asks for an approval of its own.',
        kinds: store,
      },
      CopyUnusable: {
        means:
          'The store is to be made of a copy (`spec.restoreFrom`), and cannot be made of that one: it is not there, of another engine, version or user, encrypted otherwise, or does not reach back so far. Nothing is made; the message names the field and what to do.',
        todo: 'Name another copy, or change the field that does not fit it.',
        kinds: store,
      },
      SecretUnreadable: {
        means:
          'Somebody has put something else in place of the credentials of the store. The store keeps the password that it has; the message names secret and version.',
        todo: 'Make an earlier version the current one, and take the label AWSPENDING off the one that the message names (`aws secretsmanager update-secret-version-stage`).',
        kinds: store,
      },
      DeletionProtected: {
        means:
          'The object is to go, but its spec protects its store against deletion. Nothing of the object is deleted; the message names the field.',
        todo: 'To have it deleted, take the protection away in the spec (`kubectl edit`): an edit is honoured while the object goes, and the deletion goes on by itself.',
        kinds: store,
      },
      AwsRefused: {
        means: 'AWS refused a request as it stands; the message gives its words.',
        todo: 'Change the field that the message names. If none is named, this is a defect: please report it.',
        kinds: resources,
      },
      ClusterRefused: {
        means: 'The API server of the cluster refused a request as it stands; the message gives its words.',
        todo: 'Change the field that the message names, or ask whoever runs the cluster about the policy that it names.',
        kinds: resources,
      },
      PodsFailed: {
        means: 'Pods of a local Account do not come to run; the message gives the words of the cluster.',
        todo: 'Look at the pods that the message names: kubectl describe, kubectl logs.',
        kinds: resources,
      },
      RolloutFailed: {
        means:
          'Tasks of the new version did not come to run, and ECS gave the rollout up; the message gives its reason. Where it went back to the version before, that goes on serving.',
        todo: 'Change what the message names (an image, a port, a health check); the same version is not tried again by itself. A restart asked for tries it once more.',
        kinds: service,
      },
      TargetChanged: {
        means:
          'status.target names another account, region or installation than the one the operator would act in.',
        todo: 'Run the operator with the former installation id, or point the Account at the former account.',
        kinds: resources,
      },
      CredentialsUnavailable: {
        means: 'The operator finds no credentials; the message lists where it looked.',
        todo: 'Give it some: an IAM role for its service account, or a profile.',
      },
      CredentialsExpired: {
        means: 'The credentials have ended and cannot be renewed without a person.',
        todo: 'Log in again (SSO) or bring a new session token.',
      },
      RoleNotAssumable: {
        means:
          'AWS does not let the operator assume the role; the message names caller, role, external id and the tag of the session.',
        todo: 'Correct the trust policy of the role: its principal, its external id, and the installation that it demands as a tag.',
      },
      InstallationClaimed: {
        means:
          'Another cluster acts on the account with the same installation id; the message names it. This one changes nothing there.',
        todo: 'Give this operator an installation id of its own, or move the account here: `landfall takeover`.',
        kinds: account,
      },
      AccountMismatch: {
        means:
          'The credentials belong to another account than spec.aws.accountId. Nothing is done with them.',
        todo: 'Correct the profile or the role, or the account id.',
      },
    },
  },
  Drifted: {
    means: 'AWS differs from the spec through somebody else; the message says in what.',
    kinds: resources,
    reasons: {
      DriftDetected: {
        means:
          'A difference was found and is being repaired, waits for approval, or, where spec.management is Observe, is only told of.',
      },
      DriftRepaired: {
        means: 'Status False: the last difference was repaired; the message says what it was.',
      },
    },
  },
  Paused: {
    means:
      'The operator neither reads nor writes anything for the object. Everything else in status is as it was last found; the observedGeneration of Ready says of which generation it speaks.',
    kinds: resources,
    reasons: {
      PausedBySpec: {
        means: 'spec.management is Pause.',
        todo: 'Set spec.management to Manage, or to Observe, when it shall go on.',
      },
      DeletionWaits: {
        means: 'spec.management is Pause, and the object was deleted: its things stay in AWS, and it waits.',
        todo: 'Set spec.management to Manage, and spec.deletionPolicy is carried out; or to Observe, and the object goes while what is there is left as it is.',
      },
    },
  },
} as const satisfies Readonly<Record<string, ConditionDoc>>;

export type ConditionType = keyof typeof CONDITIONS;
export type ReconcilingReason = keyof typeof CONDITIONS.Reconciling.reasons;
export type PausedReason = keyof typeof CONDITIONS.Paused.reasons;
export type StalledReason = keyof typeof CONDITIONS.Stalled.reasons;

/** The conditions and reasons that objects of one kind show; all of them without a kind. */
export function conditionsOf(
  kind?: string,
): { type: ConditionType; means: string; reasons: [string, ReasonDoc][] }[] {
  const docs: [string, ConditionDoc][] = Object.entries(CONDITIONS);
  const shown = (kinds: readonly string[] | undefined) =>
    kind === undefined || (kinds?.includes(kind) ?? true);
  return docs
    .filter(([, condition]) => shown(condition.kinds))
    .map(([type, condition]) => ({
      type: type as ConditionType,
      means: condition.means,
      reasons: Object.entries(condition.reasons)
        .filter(([, reason]) => shown(reason.kinds))
        // A reason that names no kinds is of those of its condition.
        .map(([name, reason]) => [name, { ...(condition.kinds && { kinds: condition.kinds }), ...reason }]),
    }));
}
