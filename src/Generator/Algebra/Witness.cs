using System.Globalization;

namespace AttentionDsl.Generator;

/// <summary>A point at which an expression has a value that it should not have: the example that a message gives.</summary>
/// <param name="Value">The value, for people.</param>
/// <param name="Point">The arguments, such as <c>g = 0, aLog = 4</c>.</param>
/// <param name="Number">The value.</param>
internal sealed record Witness(string Value, string Point, double Number)
{
    // Small numbers first, so that the example is the plainest.
    private static readonly double[] Numbers = [0, 1, -1, 4, -4, 16, -16];

    /// <summary>How many points are tried: all of the grid up to four arguments; of more, its first.</summary>
    private const int Most = 2500;

    /// <summary>The plainest point found whose value fulfils <paramref name="wanted"/>; null if there is none among those tried.</summary>
    /// <param name="gate">The gate, for what its parameters stand for.</param>
    /// <param name="wanted">What is looked for; never asked about values that are not finite.</param>
    public static Witness? Of(GateModel gate, Func<double, bool> wanted) => Of(gate.Body, gate.Parameters, wanted);

    /// <inheritdoc cref="Of(GateModel, Func{double, bool})"/>
    /// <param name="f">The expression.</param>
    /// <param name="parameters">What its arguments stand for.</param>
    public static Witness? Of(Expr f, IEnumerable<GateParameter> parameters, Func<double, bool> wanted)
    {
        (string Name, double[] Values)[] axes = f.ArgumentNames()
            .Select(x => (x, Values(parameters.FirstOrDefault(p => p.Name == x)?.Kind ?? GateParameterKind.Input))).ToArray();
        int[] at = new int[axes.Length];
        var values = new Dictionary<string, double>();
        for (int i = 0; i < Most; i++)
        {
            for (int axis = 0; axis < axes.Length; axis++)
            {
                values[axes[axis].Name] = axes[axis].Values[at[axis]];
            }

            double value = f.At(x => values[x]);
            if (!double.IsNaN(value) && !double.IsInfinity(value) && wanted(value))
            {
                string point = string.Join(", ", axes.Select(x => $"{x.Name} = {Text(values[x.Name])}"));
                return new Witness(Text(value), point.Length == 0 ? "every token" : point, value);
            }

            if (!Next(at, axes))
            {
                break;
            }
        }

        return null;
    }

    /// <summary>A number for people: four digits.</summary>
    public static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static double[] Values(GateParameterKind kind) => kind switch
    {
        GateParameterKind.HeadIndex => [0, 1, 7],
        GateParameterKind.HeadCount => [8],
        GateParameterKind.Setting => [1],
        _ => Numbers,
    };

    private static bool Next(int[] at, (string Name, double[] Values)[] axes)
    {
        for (int axis = 0; axis < at.Length; axis++)
        {
            if (++at[axis] < axes[axis].Values.Length)
            {
                return true;
            }

            at[axis] = 0;
        }

        return false;
    }
}
