using System.Numerics.Tensors;

namespace AttentionDsl.Lab.Layers;

/// <summary>How well targets were predicted.</summary>
/// <param name="Loss">Sum over targets of -log p(target), natural logarithm.</param>
/// <param name="Right">Targets that had the largest logit.</param>
/// <param name="Count">Targets.</param>
internal readonly record struct Score(double Loss, int Right, int Count)
{
    public double MeanLoss => Loss / Count;

    public double Accuracy => (double)Right / Count;

    public static Score operator +(Score a, Score b) => new(a.Loss + b.Loss, a.Right + b.Right, a.Count + b.Count);
}

/// <summary>The mean of -log softmax(logits)[target] over the targets that are not negative.</summary>
internal static class CrossEntropy
{
    /// <summary>Scores the logits and turns them into the gradient of the mean loss.</summary>
    public static Score ToGradient(Tensor logits, ReadOnlySpan<int> targets)
    {
        int vocabulary = (int)logits.Shape[1], count = (int)logits.Shape[0], row = 0, right = 0;
        double loss = 0;
        foreach (int target in targets)
        {
            if (target < 0)
            {
                continue;
            }

            Span<float> p = logits.AsSpan<float>().Slice(row++ * vocabulary, vocabulary);
            right += TensorPrimitives.IndexOfMax<float>(p) == target ? 1 : 0;
            TensorPrimitives.SoftMax(p, p);
            loss -= Math.Log(Math.Max(p[target], 1e-30));
            p[target] -= 1;
            TensorPrimitives.Divide(p, count, p);
        }

        return new Score(loss, right, count);
    }
}
