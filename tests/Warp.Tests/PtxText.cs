using System.Globalization;
using System.Text.RegularExpressions;

namespace AttentionDsl.Runtime;

/// <summary>
/// Instructions of PTX that a thread of a <see cref="ThreadGroup"/> runs: those that <see cref="PtxProduct"/> and <see cref="PtxStrip"/> write. Addresses of the
/// device's memory have 64 bits, all other registers 32; strips are the thread's.
/// </summary>
internal sealed partial class PtxText
{
    private const string Strip = "strip";

    private readonly Dictionary<string, int> registers = [];
    private readonly Dictionary<string, int> labels = [];
    private readonly List<Action<ulong[]>> steps = [];
    private readonly Dictionary<int, (int Predicate, string Label)> jumps = [];

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
    public void Run(ulong[] inputs)
    {
        var values = new ulong[registers.Count];
        inputs.CopyTo(values, 0);
        for (int at = 0; at < steps.Count; at++)
        {
            steps[at](values);
            if (jumps.Count > 0 && jumps.TryGetValue(at, out (int Predicate, string Label) jump) && values[jump.Predicate] != 0)
            {
                at = labels[jump.Label] - 1;
            }
        }
    }

    /// <summary>What was asked for at once is there, but for so many of the last.</summary>
    private static void Arrive(int left)
    {
        while (ThreadGroup.Pending.Count - 1 > left)
        {
            ThreadGroup.Pending[0].ForEach(x => x());
            ThreadGroup.Pending.RemoveAt(0);
        }
    }

    private void Read(string line)
    {
        string operation = line.Split(' ')[0];
        if (operation[0] == '@')
        {
            int predicate = Register(operation[1..]), before = steps.Count;
            string rest = line[operation.Length..].Trim();
            if (rest.StartsWith("bra ", StringComparison.Ordinal))
            {
                jumps[steps.Count] = (predicate, rest[4..^1]);
                steps.Add(_ => { });
                return;
            }

            Read(rest);
            Action<ulong[]> step = steps[before];
            steps[before] = v =>
            {
                if (v[predicate] != 0)
                {
                    step(v);
                }
            };
            return;
        }

        // The one line that has a register of its own: a half-precision number.
        operation = operation == "{" ? "cvt.f32.f16" : operation;
        string[] x = operation == "cvt.f32.f16"
            ? [.. HalfLine().Match(line).Groups.Values.Skip(1).Select(y => y.Value)]
            : [.. Operands().Matches(line[operation.Length..]).Select(y => y.Value)];
        Func<ulong[], ulong>[] wide = [.. x.Select(Value)];
        Func<ulong[], uint>[] value = [.. wide.Select(y => (Func<ulong[], uint>)(v => (uint)y(v)))];
        uint At(ulong[] v, int from) => value[from](v) + value[from + 1](v);
        long Far(ulong[] v, int from) => (long)wide[from](v) + (int)value[from + 1](v);
        Action<ulong[], ulong>[] to = [.. x.Select(Assign)];
        void Set(Func<ulong[], uint> result) => steps.Add(v => to[0](v, result(v)));
        void Floats(Func<float, float, float> result) => Set(v => Bits(result(Number(value[1](v)), Number(value[2](v)))));
        void Four(ulong[] v, CudaBits4 bits)
        {
            to[0](v, bits.X);
            to[1](v, bits.Y);
            to[2](v, bits.Z);
            to[3](v, bits.W);
        }

        if (operation.StartsWith("wgmma.mma_async", StringComparison.Ordinal))
        {
            // Sums are there after the wait alone, and factors must stay until then.
            int numbers = x.Length - 9;
            int Constant(int operand) => int.Parse(x[operand], CultureInfo.InvariantCulture);
            int sign = Constant(numbers + 6) * Constant(numbers + 7);
            bool turned = Constant(numbers + 8) != 0;
            steps.Add(v => ThreadGroup.Pending[^1].Add(() =>
            {
                float[] products = Ptx.GroupMultiply([.. Enumerable.Range(numbers, 4).Select(y => value[y](v))], wide[numbers + 4](v), numbers * 2, turned);
                bool adds = value[numbers + 5](v) != 0;
                for (int i = 0; i < numbers; i++)
                {
                    to[i](v, Bits((adds ? Number(value[i](v)) : 0) + (sign * products[i])));
                }
            }));
            return;
        }

        switch (operation)
        {
            case "wgmma.fence.sync.aligned;": steps.Add(_ => { }); break;
            case "wgmma.commit_group.sync.aligned;": steps.Add(_ => ThreadGroup.Pending.Add([])); break;
            case "wgmma.wait_group.sync.aligned": steps.Add(v => Arrive((int)value[0](v))); break;
            case "shr.u32": Set(v => value[1](v) >> (int)value[2](v)); break;
            case "cvt.u64.u32": steps.Add(v => to[0](v, value[1](v))); break;
            case "or.b64": steps.Add(v => to[0](v, wide[1](v) | wide[2](v))); break;
            case "add.s64": steps.Add(v => to[0](v, wide[1](v) + wide[2](v))); break;
            case "mov.f32" or "mov.b32": Set(v => value[1](v)); break;
            case "add.f32": Floats((a, b) => a + b); break;
            case "sub.f32": Floats((a, b) => a - b); break;
            case "mul.f32": Floats((a, b) => a * b); break;
            case "fma.rn.f32": Set(v => Bits(MathF.FusedMultiplyAdd(Number(value[1](v)), Number(value[2](v)), Number(value[3](v))))); break;
            case "shfl.sync.bfly.b32": Set(v => Bits(Ptx.Across(Number(value[1](v)), (int)value[2](v)))); break;
            case "shfl.sync.idx.b32":
                // Lanes in fours.
                Set(v => ThreadGroup.Current.Exchange([value[1](v)], (lane, all) => all[(lane & 28) | (int)value[2](v)][0]));
                break;
            case "ex2.approx.ftz.f32": Set(v => Bits(Ptx.Exp2(Number(value[1](v))))); break;
            case "add.s32": Set(v => value[1](v) + value[2](v)); break;
            case "mad.lo.s32": Set(v => (value[1](v) * value[2](v)) + value[3](v)); break;
            case "mad.wide.s32": steps.Add(v => to[0](v, (ulong)((long)(int)value[1](v) * (int)value[2](v)) + wide[3](v))); break;
            case "shl.b32": Set(v => value[1](v) << (int)value[2](v)); break;
            case "and.b32": Set(v => value[1](v) & value[2](v)); break;
            case "xor.b32": Set(v => value[1](v) ^ value[2](v)); break;
            case "cvt.rn.bf16x2.f32": Set(v => Ptx.PackBFloat16(Number(value[2](v)), Number(value[1](v)))); break;
            case "cvt.rn.f16x2.f32": Set(v => Ptx.PackFloat16(Number(value[2](v)), Number(value[1](v)))); break;
            case "cvt.f32.f16": steps.Add(v => to[1](v, Bits(Ptx.Float16ToFloat(value[0](v))))); break;
            case "setp.lt.s32": Set(v => (int)value[1](v) < (int)value[2](v) ? 1u : 0u); break;
            case "setp.gt.s32": Set(v => (int)value[1](v) > (int)value[2](v) ? 1u : 0u); break;
            case "setp.eq.s32": Set(v => value[1](v) == value[2](v) ? 1u : 0u); break;
            case "selp.f32": Set(v => value[3](v) != 0 ? value[1](v) : value[2](v)); break;
            case "bar.warp.sync": steps.Add(_ => Ptx.Together()); break;
            case "ld.shared.f32" or "ld.shared.b32": Set(v => Ptx.LoadBitsNear(At(v, 1))); break;
            case "ld.shared.v2.f32":
                steps.Add(v =>
                {
                    CudaPair pair = Ptx.Load2(At(v, 2));
                    to[0](v, Bits(pair.Low));
                    to[1](v, Bits(pair.High));
                });
                break;
            case "ld.global.v2.f32":
                steps.Add(v =>
                {
                    to[0](v, Bits(Ptx.LoadFar(Far(v, 2))));
                    to[1](v, Bits(Ptx.LoadFar(Far(v, 2) + sizeof(float))));
                });
                break;
            case "ld.shared.v4.b32": steps.Add(v => Four(v, Ptx.LoadBits4Near(At(v, 4)))); break;
            case "st.shared.b32": steps.Add(v => Ptx.StoreBitsNear(At(v, 0), value[2](v))); break;
            case "st.shared.f32": steps.Add(v => Ptx.Store(At(v, 0), Number(value[2](v)))); break;
            case "st.shared.v2.f32": steps.Add(v => Ptx.Store2(At(v, 0), Number(value[2](v)), Number(value[3](v)))); break;
            case "ld.global.f32": Set(v => Bits(Ptx.LoadFar(Far(v, 1)))); break;
            case "ld.global.u16": Set(v => Ptx.LoadHalfBits(Far(v, 1))); break;
            case "st.global.f32": steps.Add(v => Ptx.StoreFar(Far(v, 0), Number(value[2](v)))); break;
            case "st.global.u16": steps.Add(v => Ptx.StoreHalfBits(Far(v, 0), value[2](v))); break;
            case "st.global.v4.b32": steps.Add(v => Ptx.StoreBits4(Far(v, 0), value[2](v), value[3](v), value[4](v), value[5](v))); break;
            case "ldmatrix.sync.aligned.m8n8.x4.shared.b16": steps.Add(v => Four(v, Ptx.LoadMatrix(At(v, 4)))); break;
            case "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16": steps.Add(v => Four(v, Ptx.LoadMatrixTransposed(At(v, 4)))); break;
            case "stmatrix.sync.aligned.m8n8.x4.trans.shared.b16": steps.Add(v => Ptx.StoreMatrixTransposed(At(v, 0), value[2](v), value[3](v), value[4](v), value[5](v))); break;
            case "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32":
                steps.Add(v =>
                {
                    uint Of(int operand) => value[operand](v);
                    CudaQuad sums = Ptx.MultiplyAdd(
                        Number(Of(10)), Number(Of(11)), Number(Of(12)), Number(Of(13)), Of(4), Of(5), Of(6), Of(7), Of(8), Of(9));
                    Four(v, new(Bits(sums.X), Bits(sums.Y), Bits(sums.Z), Bits(sums.W)));
                });
                break;
            case "mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32":
                steps.Add(v =>
                {
                    uint Of(int operand) => value[operand](v);
                    CudaQuad sums = Ptx.MultiplyAdd(Number(Of(7)), Number(Of(8)), Number(Of(9)), Number(Of(10)), Of(4), Of(5), 0, 0, Of(6), 0);
                    Four(v, new(Bits(sums.X), Bits(sums.Y), Bits(sums.Z), Bits(sums.W)));
                });
                break;
            default: throw new NotSupportedException(line);
        }
    }

    private Func<ulong[], ulong> Value(string operand)
    {
        ulong constant = operand.StartsWith("0x", StringComparison.Ordinal) || operand.StartsWith("0f", StringComparison.Ordinal)
            ? ulong.Parse(operand[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : int.TryParse(operand, out int number) ? (uint)number : 0;
        if (char.IsDigit(operand[0]) || operand[0] == '-')
        {
            return _ => constant;
        }

        if (OfStrip(operand) is int strip)
        {
            return _ => ThreadGroup.Strips[strip];
        }

        int register = Register(operand);
        return v => v[register];
    }

    private Action<ulong[], ulong> Assign(string operand)
    {
        if (char.IsDigit(operand[0]) || operand[0] == '-')
        {
            return (_, _) => throw new InvalidOperationException($"{operand} is a constant.");
        }

        if (OfStrip(operand) is int strip)
        {
            return (_, x) => ThreadGroup.Strips[strip] = (uint)x;
        }

        int register = Register(operand);
        return (v, x) => v[register] = x;
    }

    private static int? OfStrip(string name) => name.StartsWith(Strip, StringComparison.Ordinal) ? int.Parse(name[Strip.Length..], CultureInfo.InvariantCulture) : null;

    private int Register(string name) => registers.TryGetValue(name, out int known) ? known : registers[name] = registers.Count;

    private static uint Bits(float x) => BitConverter.SingleToUInt32Bits(x);

    private static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    [GeneratedRegex(@"cvt\.u16\.u32 h, (\w+); cvt\.f32\.f16 (\w+), h;")]
    private static partial Regex HalfLine();

    [GeneratedRegex(@"0[xf][0-9a-fA-F]+|-?\b\d+\b|%?[A-Za-z]\w*")]
    private static partial Regex Operands();
}
