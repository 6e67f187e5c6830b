from npc_video.media.cost import Cost, CostCounter


def test_costs_add_up():
    counter = CostCounter()
    assert counter.total() == Cost()
    for seconds in (0.25, 0.5):
        counter.add_decoded(seconds)
    counter.add_uploaded(0.125)
    counter.add_dropped(2)
    assert counter.total() == Cost(2, 0.75, 1, 0.125, 2)
