using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <summary>
/// All diagnostics, an area a file: 00 the type, 01 roles, 02 gates, 03 what cannot be chunk parallel, 04 stability, 05 devices. Every one has a page in
/// docs/diagnostics with its reason and the nearest legal declaration.
/// </summary>
internal static partial class Descriptors
{
    /// <summary>Where the pages are.</summary>
    private const string Pages = "https://github.com/attention-dsl/attention-dsl/blob/main/docs/diagnostics/";

    private static readonly Lazy<ImmutableDictionary<string, DiagnosticDescriptor>> ById = new(() => All.ToImmutableDictionary(x => x.Id));

    /// <summary>Every descriptor, by identifier.</summary>
    public static ImmutableArray<DiagnosticDescriptor> All => ImmutableArray.Create(
        NotPartial,
        EnclosingNotPartial,
        NotRecord,
        NotNameable,
        NameTaken,
        TypeHidden,
        MissingRole,
        RoleTwice,
        WrongOperand,
        NoOperand,
        SeveralRoles,
        Excluded,
        Needs,
        PublishedTensors,
        Setting,
        NoRole,
        GateShape,
        GateLanguage,
        UnknownFunction,
        GateTarget,
        GateParameter,
        TargetTwice,
        GateCycle,
        GateChannels,
        ParameterKinds,
        GateRows,
        ReadsState,
        DecayDoesNotFactor,
        ErasePerValue,
        ValueDecayAfterErase,
        CurrentTokenUnread,
        DecayGrows,
        DecayMayGrow,
        StrengthOutOfRange,
        StabilityOfInputs,
        FreeTransition,
        BoundNotKept,
        BoundTooLow,
        Overflows,
        KeysNotNormalised,
        StateTooLarge);

    public static DiagnosticDescriptor Of(string id) => ById.Value[id];

    public static bool IsError(Problem problem) => Of(problem.Id).DefaultSeverity == DiagnosticSeverity.Error;

    /// <summary>A problem as one line of text, for generated members that throw.</summary>
    public static string Message(Problem problem) =>
        $"{problem.Id}: {string.Format(CultureInfo.InvariantCulture, Of(problem.Id).MessageFormat.ToString(CultureInfo.InvariantCulture), problem.Arguments.ToArray<object>())}";
}
