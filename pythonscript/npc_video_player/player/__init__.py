"""The node `NpcVideoPlayer`: from an interaction to the clip on its screen."""
