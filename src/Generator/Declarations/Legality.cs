namespace AttentionDsl.Generator;

/// <summary>
/// Everything that can be said about a declaration from its model alone: pure functions, tested without a compiler. An area of rules a file:
/// roles, combinations, what gates read, what has no chunk-parallel form, devices, stability.
/// </summary>
internal static class Legality
{
    /// <summary>The problems of a declaration.</summary>
    /// <param name="d">The declaration.</param>
    /// <param name="met">What was met while reading it: rules that would only say the same in other words are left out.</param>
    public static IEnumerable<Problem> Check(Declaration d, IReadOnlyCollection<Problem> met)
    {
        bool readable = !met.Any(Descriptors.IsError);
        List<Problem> problems = [];
        problems.AddRange(RoleRules.Check(d).Where(x => (x.Id != "ATTN010" || !met.Any(y => y.Id == "ATTN014")) && (x.Id != "ATTN017" || readable)));
        problems.AddRange(CombinationRules.Check(d));
        problems.AddRange(GateRules.Check(d));
        problems.AddRange(ParallelRules.Check(d));
        problems.AddRange(DeviceRules.Check(d));

        // What is wrong with the values of gates is worth saying only where gates and roles are right.
        return readable && !problems.Any(Descriptors.IsError) ? problems.Concat(StabilityRules.Check(d)) : problems;
    }
}
