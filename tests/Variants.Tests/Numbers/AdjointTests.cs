namespace AttentionDsl.Variants.Tests;

/// <summary>The oracle's gradients, element by element, against central differences of the oracle.</summary>
public class AdjointTests
{
    // Central differences of a smooth function: the truncation h^2 and the rounding u / h meet near h = 1e-5, at about 1e-10 of a loss of size 10.
    private const double Step = 1e-5, Allowed = 1e-7;

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void The_oracles_adjoint_is_its_derivative(string name)
    {
        IVariant variant = Every.Named(name);
        using var random = new RandomCase(variant, new() { Tokens = 4, Heads = 2, QueryHeads = 1, K = 3, V = 2 });
        Tensor[] point = [.. random.Inputs.Select(Wide), .. random.Parameters.Select(Wide), Wide(random.InitialState!)];
        int inputs = random.Inputs.Count;
        using BackwardResult gradients = variant.ReferenceBackward(point[..inputs], point[inputs..^1], random.OutputGradient, random.FinalStateGradient, point[^1]);
        foreach ((int i, string gradient, Tensor expected, _) in Forms.Gradients(variant, gradients, gradients))
        {
            for (long at = 0; at < expected.Count; at++)
            {
                double value = point[i][at];
                point[i][at] = value + Step;
                double above = Loss();
                point[i][at] = value - Step;
                double below = Loss();
                point[i][at] = value;
                double difference = (above - below) / (2 * Step);
                Assert.True(Math.Abs(difference - expected[at]) <= Allowed * Math.Max(1, Math.Abs(difference)), $"{gradient}[{at}]: the adjoint is {expected[at]:r}, the difference quotient {difference:r}");
            }
        }

        Tensor Wide(Tensor x) => random.Keep(x.ToFloat64());

        double Loss()
        {
            using ForwardResult result = variant.ReferenceForward(point[..inputs], point[inputs..^1], point[^1]);
            return Dot(result.Output, random.OutputGradient) + Dot(result.FinalState, random.FinalStateGradient);
        }
    }

    private static double Dot(Tensor x, Tensor y)
    {
        double sum = 0;
        for (long i = 0; i < x.Count; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
