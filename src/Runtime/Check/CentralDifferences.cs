namespace AttentionDsl.Runtime;

/// <summary>The oracle's gradients against central differences of the oracle, along one random direction a tensor.</summary>
internal static class CentralDifferences
{
    // Truncation grows with the square of the step, rounding with its inverse: in double precision they meet near 1e-5.
    private const double Step = 1e-5, Tolerance = 1e-7;

    public static List<Comparison> Compare(IVariant variant, CallSize size, int seed)
    {
        VariantDescription description = variant.Description;
        using var random = new RandomInputs(description, size, seed);
        VariantShapes shapes = variant.Shapes(random.Inputs);
        Tensor upstream = random.Like(shapes.Output), final = random.Like(shapes.State);
        Tensor?[] point = [.. random.Inputs, .. random.Parameters, random.State(description, shapes)];
        using BackwardResult gradients = variant.ReferenceBackward(random.Inputs, random.Parameters, upstream, final, point[^1]);

        var comparisons = new List<Comparison>();
        foreach ((int i, (Tensor? gradient, string name)) in gradients.All().Zip(VariantCheck.GradientNames(description)).Index())
        {
            if (gradient is not null)
            {
                comparisons.Add(Along(gradient, i, name));
            }
        }

        return comparisons;

        Comparison Along(Tensor gradient, int index, string name)
        {
            Tensor direction = random.Like(gradient.Shape);
            double slope = 0, terms = 0;
            for (long i = 0; i < gradient.Count; i++)
            {
                slope += gradient[i] * direction[i];
                terms += Math.Abs(gradient[i] * direction[i]);
            }

            double difference = (Loss(index, direction, Step) - Loss(index, direction, -Step)) / (2 * Step);
            double error = Math.Abs(difference - slope), relative = error == 0 ? 0 : error / terms;
            return new Comparison("differences", name, relative, error, Tolerance, relative <= Tolerance, "");
        }

        double Loss(int index, Tensor direction, double step)
        {
            using Tensor moved = point[index]!.ToFloat64();
            for (long i = 0; i < moved.Count; i++)
            {
                moved[i] += step * direction[i];
            }

            Tensor?[] there = [.. point];
            there[index] = moved;
            int inputs = random.Inputs.Count;
            using ForwardResult result = variant.ReferenceForward(there[..inputs]!, there[inputs..^1], there[^1]);
            return Dot(result.Output, upstream) + Dot(result.FinalState, final);
        }
    }

    private static double Dot(Tensor a, Tensor b)
    {
        double sum = 0;
        for (long i = 0; i < a.Count; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
