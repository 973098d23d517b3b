namespace AttentionDsl;

/// <summary>
/// The functions a gate may call. Write <c>using static AttentionDsl.GateMath;</c>. The generator knows each by name and by its derivative;
/// the bodies here are what plain C# code (a test, say) gets. <see cref="MathF"/>'s functions of the same names may be called, too.
/// </summary>
public static class GateMath
{
    /// <summary>e to the power x.</summary>
    public static float Exp(float x) => MathF.Exp(x);

    /// <summary>The natural logarithm.</summary>
    public static float Log(float x) => MathF.Log(x);

    /// <summary>The square root.</summary>
    public static float Sqrt(float x) => MathF.Sqrt(x);

    /// <summary>The hyperbolic tangent.</summary>
    public static float Tanh(float x) => MathF.Tanh(x);

    /// <summary>The sine.</summary>
    public static float Sin(float x) => MathF.Sin(x);

    /// <summary>The cosine.</summary>
    public static float Cos(float x) => MathF.Cos(x);

    /// <summary>The absolute value; derivative -1 below 0, 1 from 0 on.</summary>
    public static float Abs(float x) => MathF.Abs(x);

    /// <summary>The larger number; at equality the derivative goes to b.</summary>
    public static float Max(float a, float b) => MathF.Max(a, b);

    /// <summary>The smaller number; at equality the derivative goes to b.</summary>
    public static float Min(float a, float b) => MathF.Min(a, b);

    /// <summary>1 / (1 + exp(-x)), without overflow.</summary>
    public static float Sigmoid(float x)
    {
        float e = MathF.Exp(-MathF.Abs(x));
        return (x >= 0 ? 1 : e) / (1 + e);
    }

    /// <summary>log(1 + exp(x)), without overflow.</summary>
    public static float Softplus(float x)
    {
        float e = MathF.Exp(-MathF.Abs(x)), u = 1 + e;
        return MathF.Max(x, 0) + (u == 1 ? e : MathF.Log(u) * (e / (u - 1)));
    }

    /// <summary>log(sigmoid(x)) = -softplus(-x).</summary>
    public static float LogSigmoid(float x) => -Softplus(-x);

    /// <summary>x sigmoid(x).</summary>
    public static float Silu(float x) => x * Sigmoid(x);

    /// <summary>max(x, 0).</summary>
    public static float Relu(float x) => MathF.Max(x, 0);

    /// <summary>x for x &gt;= 0, exp(x) - 1 below.</summary>
    public static float Elu(float x) => x < 0 ? MathF.Exp(x) - 1 : x;

    /// <summary>x * x.</summary>
    public static float Square(float x) => x * x;
}
