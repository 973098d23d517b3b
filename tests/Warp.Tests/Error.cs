using AttentionDsl.Runtime;

namespace AttentionDsl.Warp.Tests;

internal static class Error
{
    /// <summary>The length of the difference over the length of the exact tensor.</summary>
    public static double Relative(Tensor exact, Tensor got)
    {
        double error = 0, norm = 0;
        for (long i = 0; i < exact.Count; i++)
        {
            error += (exact[i] - got[i]) * (exact[i] - got[i]);
            norm += exact[i] * exact[i];
        }

        return Math.Sqrt(error / norm);
    }
}
