namespace AttentionDsl.Runtime.Tests;

/// <summary>The tiny variant once more, in plain loops over doubles and sharing no code with the runtime.</summary>
internal sealed class TinyOracle
{
    private readonly Tensor q, k, v, gain;
    private readonly int heads, keys, values;
    private readonly double scale;

    public TinyOracle(IReadOnlyList<Tensor> inputs, Tensor gain, double scale)
    {
        (q, k, v, this.gain, this.scale) = (inputs[0], inputs[1], inputs[2], gain, scale);
        heads = (int)Math.Max(q.Shape[2], Math.Max(k.Shape[2], v.Shape[2]));
        (keys, values) = ((int)q.Shape[3], (int)v.Shape[3]);
        O = new double[q.Shape[0] * q.Shape[1] * heads * values];
        Dq = new double[q.Count];
        Dk = new double[k.Count];
        Dv = new double[v.Count];
        Dgain = new double[gain.Count];
    }

    public double[] O { get; }

    public double[] Dq { get; }

    public double[] Dk { get; }

    public double[] Dv { get; }

    public double[] Dgain { get; }

    /// <summary>Runs tokens [start, end) of the flattened batch as one sequence, on a state [heads, K, V] that changes in place.</summary>
    public void Forward(long start, long end, double[] state)
    {
        for (long t = start; t < end; t++)
        {
            ForEach((h, i, j) => state[At(h, i, j)] += k[Index(k, t, h, i)] * v[Index(v, t, h, j)]);
            ForEach((h, i, j) => O[(((t * heads) + h) * values) + j] += Factor(h) * q[Index(q, t, h, i)] * state[At(h, i, j)]);
        }
    }

    /// <summary>Gradients of one sequence; the final state's gradient becomes the initial state's in place.</summary>
    public void Backward(long start, long end, double[] initial, double[] gradient, Func<long, double> upstream)
    {
        double[] state = (double[])initial.Clone();
        for (long t = start; t < end; t++)
        {
            ForEach((h, i, j) => state[At(h, i, j)] += k[Index(k, t, h, i)] * v[Index(v, t, h, j)]);
            ForEach((h, i, j) =>
            {
                double read = state[At(h, i, j)] * upstream((((t * heads) + h) * values) + j);
                Dq[Index(q, t, h, i)] += Factor(h) * read;
                Dgain[h * gain.Count / heads] += scale * q[Index(q, t, h, i)] * read;
            });
        }

        for (long t = end - 1; t >= start; t--)
        {
            ForEach((h, i, j) => gradient[At(h, i, j)] += Factor(h) * q[Index(q, t, h, i)] * upstream((((t * heads) + h) * values) + j));
            ForEach((h, i, j) =>
            {
                Dk[Index(k, t, h, i)] += gradient[At(h, i, j)] * v[Index(v, t, h, j)];
                Dv[Index(v, t, h, j)] += gradient[At(h, i, j)] * k[Index(k, t, h, i)];
            });
        }
    }

    private double Factor(int head) => scale * gain[head * gain.Count / heads];

    private long At(int head, int i, int j) => (((head * keys) + i) * values) + j;

    private long Index(Tensor x, long t, int head, int channel) => (((t * x.Shape[2]) + (head * x.Shape[2] / heads)) * x.Shape[3]) + channel;

    private void ForEach(Action<int, int, int> body)
    {
        for (int h = 0; h < heads; h++)
        {
            for (int i = 0; i < keys; i++)
            {
                for (int j = 0; j < values; j++)
                {
                    body(h, i, j);
                }
            }
        }
    }
}
