using AttentionDsl.Runtime;

namespace AttentionDsl.Lab.Layers;

/// <summary>Where the parameters of a declaration's gates begin. Names that the field has agreed on begin as in its papers, all others at zero.</summary>
internal static class GateParameters
{
    public static Parameter Make(Initializer initializer, ParameterDescription parameter, MixerSize size)
    {
        long[] shape = parameter.Channels switch
        {
            Channels.Key => [size.Heads, size.K],
            Channels.Value => [size.Heads, size.V],
            Channels.Single => [1],
            _ => [size.Heads],
        };
        return initializer.Vector(parameter.Name, (random, _) => Number(parameter.Name, random, size), shape);
    }

    private static float Number(string name, RandomStream random, MixerSize size) => name switch
    {
        // The step softplus(dt_bias) log-uniform in (0.001, 0.1), as in Mamba-2, Gated DeltaNet and KDA. They draw A from (1, 16) for their many
        // heads; with the one or two heads of a small model that would be a lottery, so A = 1: at first nothing is forgotten fast.
        "ALog" => 0,
        "DtBias" => InverseSoftplus(Math.Exp(Math.Log(0.001) + (random.Uniform() * Math.Log(100)))),
        "D" => 1,
        "Layer" => size.Layer,
        "Layers" => size.Layers,
        _ => 0,
    };

    private static float InverseSoftplus(double y) => (float)Math.Log(Math.Exp(y) - 1);
}
