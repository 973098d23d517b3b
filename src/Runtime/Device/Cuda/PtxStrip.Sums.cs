namespace AttentionDsl.Runtime;

/// <content>Sums along the rows of strips.</content>
internal sealed partial class PtxStrip
{
    /// <summary>
    /// Sums of the rows of a strip's products with a second tile, number by number. A thread has a part of the sums of every four rows, which eight lanes share:
    /// each time two exchange, either gives away half of the sums it has a part of, until it has one of 32 rows.
    /// </summary>
    /// <param name="a">The strip.</param>
    /// <param name="b">The second tile.</param>
    /// <param name="rows">Rows, a multiple of 16.</param>
    /// <param name="lane">A register: the lane.</param>
    /// <param name="to">A register: where this lane's first sum goes; the next stands 128 bytes further.</param>
    private static string RowDots(Registers a, Given b, int rows, string lane, string to)
    {
        var text = new PtxStrip();
        for (int first = 0; first < rows; first += 32)
        {
            int count = Math.Min(32, rows - first);
            string[] sums = [.. Enumerable.Range(0, count / 16).SelectMany(x => text.RowParts(a, b, (first / 8) + (2 * x)))];
            string sum = text.SumOfLanes(sums, lane, count == 32 ? [16, 8, 4] : [8, 4, 16]), condition = count == 32 ? "" : $"@{text.Predicate($"setp.lt.s32 {{0}}, {lane}, 16;")} ";
            text.Line($"{condition}st.shared.f32 [{to}+{first * 4}], {sum};");
        }

        return text.Text();
    }

    /// <summary>This thread's part of the sums of sixteen rows, from an eight on: of rows 2 t and 2 t + 1 of either eight.</summary>
    private string[] RowParts(Registers a, Given b, int eight)
    {
        string[][] other = Numbers(b, eight);
        return [.. Numbers(new Given(a, null), eight).SelectMany((x, i) => Enumerable.Range(0, 2).Select(j =>
            Number($"fma.rn.f32 {{0}}, {x[j + 2]}, {other[i][j + 2]}, {Number($"mul.f32 {{0}}, {x[j]}, {other[i][j]};")};")))];
    }
}
