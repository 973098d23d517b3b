using System.Globalization;
using System.Text.RegularExpressions;

namespace AttentionDsl.Runtime;

/// <summary>Instructions of PTX that a thread of a <see cref="ThreadGroup"/> runs: those that <see cref="PtxProduct"/> writes.</summary>
internal sealed partial class PtxText
{
    private readonly Dictionary<string, int> registers = [];
    private readonly Dictionary<string, int> labels = [];
    private readonly List<Action<uint[]>> steps = [];
    private readonly List<(int From, int Predicate, string Label)> jumps = [];

    /// <summary>Reads a block of instructions.</summary>
    /// <param name="text">The block.</param>
    /// <param name="inputs">Registers that have a value before it.</param>
    public PtxText(string text, params string[] inputs)
    {
        Array.ForEach(inputs, x => Register(x));
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(x => x is not ("{" or "}") && !x.StartsWith(".reg", StringComparison.Ordinal)))
        {
            if (line.EndsWith(':'))
            {
                labels[line[..^1]] = steps.Count;
            }
            else
            {
                Read(line);
            }
        }
    }

    /// <summary>Runs it.</summary>
    public void Run(uint[] inputs)
    {
        var values = new uint[registers.Count];
        inputs.CopyTo(values, 0);
        for (int at = 0; at < steps.Count; at++)
        {
            steps[at](values);
            (int from, int predicate, string label) = jumps.FirstOrDefault(x => x.From == at);
            at = label is not null && values[predicate] != 0 ? labels[label] - 1 : at;
        }
    }

    private void Read(string line)
    {
        string operation = line.Split(' ')[0];
        string[] x = [.. Operands().Matches(line[operation.Length..]).Select(y => y.Value)];
        if (operation[0] == '@')
        {
            jumps.Add((steps.Count, Register(operation[1..]), x[1]));
            steps.Add(_ => { });
            return;
        }

        Func<uint[], uint>[] value = [.. x.Select(Value)];
        int[] to = [.. x.Select(y => char.IsDigit(y[0]) || y[0] == '-' ? -1 : Register(y))];
        uint At(uint[] v, int from) => value[from](v) + value[from + 1](v);
        void Set(Func<uint[], uint> result) => steps.Add(v => v[to[0]] = result(v));
        void Floats(Func<float, float, float> result) => Set(v => Bits(result(Number(value[1](v)), Number(value[2](v)))));
        switch (operation)
        {
            case "mov.f32" or "mov.b32": Set(v => value[1](v)); break;
            case "add.f32": Floats((a, b) => a + b); break;
            case "sub.f32": Floats((a, b) => a - b); break;
            case "mul.f32": Floats((a, b) => a * b); break;
            case "add.s32": Set(v => value[1](v) + value[2](v)); break;
            case "mad.lo.s32": Set(v => (value[1](v) * value[2](v)) + value[3](v)); break;
            case "shl.b32": Set(v => value[1](v) << (int)value[2](v)); break;
            case "and.b32": Set(v => value[1](v) & value[2](v)); break;
            case "cvt.rn.bf16x2.f32": Set(v => Ptx.PackBFloat16(Number(value[2](v)), Number(value[1](v)))); break;
            case "setp.lt.s32": Set(v => (int)value[1](v) < (int)value[2](v) ? 1u : 0u); break;
            case "setp.gt.s32": Set(v => (int)value[1](v) > (int)value[2](v) ? 1u : 0u); break;
            case "selp.f32": Set(v => value[3](v) != 0 ? value[1](v) : value[2](v)); break;
            case "ld.shared.f32" or "ld.shared.b32": Set(v => Ptx.LoadBitsNear(At(v, 1))); break;
            case "ld.shared.v2.f32": steps.Add(v => (v[to[0]], v[to[1]]) = (Bits(Ptx.Load2(At(v, 2)).Low), Bits(Ptx.Load2(At(v, 2)).High))); break;
            case "st.shared.b32": steps.Add(v => Ptx.StoreBitsNear(At(v, 0), value[2](v))); break;
            case "st.shared.v2.f32": steps.Add(v => Ptx.Store2(At(v, 0), Number(value[2](v)), Number(value[3](v)))); break;
            case "ldmatrix.sync.aligned.m8n8.x4.shared.b16": steps.Add(v => Four(v, to, Ptx.LoadMatrix(At(v, 4)))); break;
            case "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16": steps.Add(v => Four(v, to, Ptx.LoadMatrixTransposed(At(v, 4)))); break;
            case "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32":
                steps.Add(v =>
                {
                    uint Of(int operand) => value[operand](v);
                    CudaQuad sums = Ptx.MultiplyAdd(
                        Number(Of(10)), Number(Of(11)), Number(Of(12)), Number(Of(13)), Of(4), Of(5), Of(6), Of(7), Of(8), Of(9));
                    Four(v, to, new(Bits(sums.X), Bits(sums.Y), Bits(sums.Z), Bits(sums.W)));
                });
                break;
            default: throw new NotSupportedException(line);
        }
    }

    private Func<uint[], uint> Value(string operand)
    {
        uint constant = operand.StartsWith("0x", StringComparison.Ordinal) || operand.StartsWith("0f", StringComparison.Ordinal)
            ? uint.Parse(operand[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : int.TryParse(operand, out int number) ? (uint)number : 0;
        if (char.IsDigit(operand[0]) || operand[0] == '-')
        {
            return _ => constant;
        }

        int register = Register(operand);
        return v => v[register];
    }

    private int Register(string name) => registers.TryGetValue(name, out int known) ? known : registers[name] = registers.Count;

    private static void Four(uint[] values, int[] to, CudaBits4 bits) => (values[to[0]], values[to[1]], values[to[2]], values[to[3]]) = (bits.X, bits.Y, bits.Z, bits.W);

    private static uint Bits(float x) => BitConverter.SingleToUInt32Bits(x);

    private static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    [GeneratedRegex(@"0[xf][0-9a-fA-F]+|-?\b\d+\b|%?[A-Za-z]\w*")]
    private static partial Regex Operands();
}
