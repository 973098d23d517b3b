namespace AttentionDsl.Runtime;

/// <content>Strips on their way to the device's memory, and from there.</content>
internal sealed partial class PtxStrip
{
    /// <summary>Where numbers stand in the device's memory.</summary>
    /// <param name="Start">A register: where this thread's first number stands.</param>
    /// <param name="Row">Bytes from a row to the next, a constant or a register.</param>
    /// <param name="Column">Bytes from a column to the next, likewise.</param>
    /// <param name="Element">What stands there.</param>
    /// <param name="Left">Rows that are there, from this thread's first one on, a constant or a register.</param>
    private sealed record Far(string Start, string Row, string Column, CudaElement Element, string Left);

    /// <summary>Rounded to bfloat16, to rows of the device's memory of which 32 bytes are this warp's: by way of 512 bytes of scratch, in which they get their order.</summary>
    /// <param name="x">The strip.</param>
    /// <param name="rows">Its rows, a multiple of 16.</param>
    /// <param name="put">A register: where this lane's row of eight goes in scratch.</param>
    /// <param name="take">A register: where this lane's 16 bytes of sixteen rows then stand.</param>
    /// <param name="to">A register: where these go.</param>
    /// <param name="stride">Bytes from a row to the next there, a constant or a register.</param>
    /// <param name="left">Rows that are there, from this lane's on, a constant or a register.</param>
    private static string Leave(Registers x, int rows, string put, string take, string to, string stride, string left)
    {
        var text = new PtxStrip();
        for (int row = 0; row < rows; row += 16)
        {
            text.Line("bar.warp.sync 0xffffffff;");
            Fragment pairs = text.Pairs(x, row / 8);
            text.Line($"stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [{put}+0], {{{pairs.NearLow},{pairs.FarLow},{pairs.NearHigh},{pairs.FarHigh}}};");
            text.Line("bar.warp.sync 0xffffffff;");
            string[] piece = [text.Bits("mov.b32 {0}, 0;"), text.Bits("mov.b32 {0}, 0;"), text.Bits("mov.b32 {0}, 0;"), text.Bits("mov.b32 {0}, 0;")];
            text.Line($"ld.shared.v4.b32 {List(piece)}, [{take}+0];");
            text.Line($"{text.If(left, row)}st.global.v4.b32 {text.FarAt(to, (stride, row), ("0", 0))}, {List(piece)};");
        }

        return text.Text();
    }

    /// <summary>What stands in the device's memory, number by number, joins a strip; rows that are not there are zeros.</summary>
    private static string FromFar(Registers result, int rows, Far x, Into into) => Each(result, rows, (text, i) =>
    {
        string[] read = [.. Enumerable.Range(0, 4).Select(j => text.Read(x, (8 * i) + (j % 2), j / 2 * 8))];
        return into == Into.Set ? read : [.. text.Numbers(result, i).Zip(read, (there, y) => text.Number($"{(into == Into.Add ? "add" : "sub")}.f32 {{0}}, {there}, {y};"))];
    });

    /// <summary>What stands in the device's memory becomes a strip, number by number.</summary>
    private static string ToFar(Registers x, int rows, Far result)
    {
        var text = new PtxStrip();
        for (int i = 0; i < rows / 8; i++)
        {
            string[] numbers = text.Numbers(x, i);
            for (int j = 0; j < 4; j++)
            {
                text.Write(result, (8 * i) + (j % 2), j / 2 * 8, numbers[j]);
            }
        }

        return text.Text();
    }

    private string Read(Far x, int row, int column)
    {
        string at = FarAt(x.Start, (x.Row, row), (x.Column, column)), condition = If(x.Left, row);
        if (x.Element == CudaElement.Float32)
        {
            string number = Number($"mov.f32 {{0}}, {Zero};");
            Line($"{condition}ld.global.f32 {number}, {at};");
            return number;
        }

        string half = Bits("mov.b32 {0}, 0;");
        Line($"{condition}ld.global.u16 {half}, {at};");
        return x.Element == CudaElement.BFloat16
            ? Number($"mov.b32 {{0}}, {Bits($"shl.b32 {{0}}, {half}, 16;")};")
            : Number($"{{ .reg .b16 h; cvt.u16.u32 h, {half}; cvt.f32.f16 {{0}}, h; }}");
    }

    private void Write(Far x, int row, int column, string number)
    {
        string at = FarAt(x.Start, (x.Row, row), (x.Column, column)), condition = If(x.Left, row);
        if (x.Element == CudaElement.Float32)
        {
            Line($"{condition}st.global.f32 {at}, {number};");
            return;
        }

        string half = Bits($"cvt.rn.{(x.Element == CudaElement.BFloat16 ? "bf16x2" : "f16x2")}.f32 {{0}}, {Zero}, {number};");
        Line($"{condition}st.global.u16 {at}, {half};");
    }

    /// <summary>The condition of an instruction on a row of the device's memory.</summary>
    private string If(string left, int row) => IsConstant(left) && int.Parse(left) > row ? "" : $"@{Predicate($"setp.gt.s32 {{0}}, {left}, {row};")} ";

    /// <summary>An address of the device's memory, so many rows and columns further.</summary>
    private string FarAt(string start, params (string Stride, int Count)[] steps)
    {
        int offset = 0;
        foreach ((string stride, int count) in steps)
        {
            if (IsConstant(stride))
            {
                offset += int.Parse(stride) * count;
            }
            else if (count != 0)
            {
                start = Address($"mad.wide.s32 {{0}}, {stride}, {count}, {start};");
            }
        }

        return $"[{start}+{offset}]";
    }
}
