using AttentionDsl.Lab.Layers;

namespace AttentionDsl.Lab.Tests;

/// <summary>Holds backward passes against central differences of the forward pass.</summary>
internal static class GradientCheck
{
    private const double Step = 8e-3;

    // Single precision: a difference of sums of about 100 terms of size 1, divided by 2 * Step. Relative to the gradient's length.
    private const double Tolerance = 4e-3;

    /// <summary>Checks the gradients of the input and of every parameter of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="deviation">Standard deviation of the input.</param>
    /// <param name="shape">The input's shape.</param>
    public static void Of(Layer layer, double deviation, params long[] shape)
    {
        var random = new RandomStream(1, "check");
        Tensor x = Random(ref random, deviation, shape), weights = Random(ref random, 1, layer.Forward(x).Shape.AsSpan());
        layer.Forward(x);
        using Tensor dx = layer.Backward(weights).Clone();

        Of(() => Dot(layer.Forward(x), weights), x, dx, "x");
        foreach (Parameter parameter in layer.Parameters)
        {
            Of(() => Dot(layer.Forward(x), weights), parameter.Value, parameter.Gradient, parameter.Name);
        }
    }

    /// <summary>Checks a gradient along random directions and along some of the axes.</summary>
    public static void Of(Func<double> loss, Tensor value, Tensor gradient, string name)
    {
        var random = new RandomStream(2, name);
        int count = (int)value.Count;
        float[] origin = value.AsSpan<float>().ToArray();
        double length = Math.Sqrt(Dot(gradient, gradient));
        Assert.True(length > 0, $"{name}: the gradient is zero");
        for (int trial = 0; trial < 12; trial++)
        {
            // A direction of a length of about 1, or an axis.
            float[] direction = new float[count];
            if (trial < 4)
            {
                for (int i = 0; i < count; i++)
                {
                    direction[i] = (float)(random.Normal() / Math.Sqrt(count));
                }
            }
            else
            {
                direction[random.Below(count)] = 1;
            }

            double expected = 0;
            for (int i = 0; i < count; i++)
            {
                expected += gradient[i] * direction[i];
            }

            double measured = (Shifted(Step) - Shifted(-Step)) / (2 * Step);
            origin.CopyTo(value.AsSpan<float>());
            double scale = Math.Max(1, length);
            Assert.True(Math.Abs(measured - expected) <= Tolerance * scale, $"{name}: the gradient along direction {trial} is {expected:g6}, central differences say {measured:g6} (gradient's length {length:g4})");

            double Shifted(double step)
            {
                for (int i = 0; i < count; i++)
                {
                    value.AsSpan<float>()[i] = origin[i] + (float)(step * direction[i]);
                }

                return loss();
            }
        }
    }

    private static Tensor Random(ref RandomStream random, double deviation, ReadOnlySpan<long> shape)
    {
        var tensor = new Tensor(DataType.Float32, shape);
        foreach (ref float x in tensor.AsSpan<float>())
        {
            x = (float)(deviation * random.Normal());
        }

        return tensor;
    }

    private static double Dot(Tensor a, Tensor b)
    {
        double sum = 0;
        for (int i = 0; i < a.Count; i++)
        {
            sum += (double)a.AsSpan<float>()[i] * b.AsSpan<float>()[i];
        }

        return sum;
    }
}
